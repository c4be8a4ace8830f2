// The door of this folder: what others use of the web server.

export { Page } from "./page.ts";
export { type Answered, jsonAnswer } from "./response.ts";
export { serveWeb, type WebOptions, type WebServer } from "./server.ts";
