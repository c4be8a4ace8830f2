// The core with inner functions exported, for unit tests only; never shipped.

export * from "./index";
