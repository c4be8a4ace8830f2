// Main's side of a configuration's way to the core: encodes its records, hands them to the wire
// worker and waits for the answer. One at a time; the worker's answer names the generation.

import {
  type Input,
  INPUT_SIZE_MAX,
  STATUS_OK,
  statusName,
  TRACKER_INPUT,
  writeInput,
} from "../core/abi.gen.ts";
import type { CoreConfig } from "../engine/core_config.ts";
import { VipdError } from "../base/errors.ts";
import { type ConfigResultMessage, encodeLabel } from "./wire_message.ts";
import type { WireThread } from "./wire_thread.ts";

/** The worker gets this long to answer a configuration, milliseconds. */
const COMMIT_MS_MAX = 10_000;
/**
 * And so much more behind that: when the whole process stood still (SIGSTOP), our timer is the first to
 * wake, and the answer of a worker that takes the configuration now would come to nobody.
 */
const AWAY_MS = 2_000;

/** Sends inputs and configurations to the core in the worker. */
export class WireLink {
  readonly #thread: WireThread;
  readonly #buffer = new DataView(new ArrayBuffer(INPUT_SIZE_MAX));
  #waiting: { generation: number; resolve: (message: ConfigResultMessage) => void } | null = null;

  constructor(thread: WireThread) {
    this.#thread = thread;
  }

  /** Hands an input to the core. `sender`: number of the engine's input that it comes of; 0 = none. */
  send(input: Input, sender = 0): void {
    const size = writeInput(this.#buffer, 0, input);
    if (input.kind === "tracker") {
      this.#buffer.setUint32(TRACKER_INPUT.senderSequence, sender >>> 0, true);
    }
    this.#thread.send(new Uint8Array(this.#buffer.buffer, 0, size).slice());
  }

  /**
   * Hands over a configuration and waits until the core has taken it over or refused it. Throws
   * VipdError "core-refused": the one before stays in force.
   */
  async configure({ records, index }: CoreConfig): Promise<void> {
    const answered = new Promise<ConfigResultMessage>((resolve) => {
      this.#waiting = { generation: index.generation, resolve };
    });
    records.forEach((record, i) => {
      this.send(record);
      // Labels stand behind the begin, so that they belong to this configuration.
      if (i !== 0) return;
      index.vips.forEach(({ label }, vip) => {
        if (label !== null) this.#thread.send(encodeLabel({ vip, label }));
      });
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      const giveUp = () => timer = setTimeout(() => resolve(null), AWAY_MS);
      timer = setTimeout(giveUp, COMMIT_MS_MAX);
    });
    const result = await Promise.race([answered, late]);
    clearTimeout(timer);
    this.#waiting = null;
    if (result === null) {
      const ms = COMMIT_MS_MAX + AWAY_MS;
      throw new VipdError("core-refused", `the core did not answer within ${ms} ms`);
    }
    if (result.status !== STATUS_OK) {
      throw new VipdError(
        "core-refused",
        `the core refused the configuration: ${statusName(result.status)} ` +
          `(record kind ${result.recordKind})`,
        { hint: "two instances with one virtual_router_id on one interface, or a limit" },
      );
    }
  }

  /** The worker answered. */
  answered(message: ConfigResultMessage): void {
    if (this.#waiting?.generation === message.generation) this.#waiting.resolve(message);
  }
}
