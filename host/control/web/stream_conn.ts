// A WebSocket that looks like the Unix socket: each message is one line, so that connection.ts serves
// both and its bounds are the same ones. Pings are answered here, and a peer that is gone is found by
// our own.

import { encodeClose, encodeFrame, FrameDecoder, type Incoming, OPCODE } from "./frames.ts";

/** What is read from and written to; Deno.Conn is one. */
export interface ByteStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Time for the closing frame to leave, milliseconds. */
const LAST_WORDS_MS_MAX = 1000;
/** Bytes of one read, and the pause before the next, milliseconds: who sends without end waits, and nobody else. */
const READ_SIZE = 4096;
export const READ_PAUSE_MS = 10;
const LINE_END = 10;
const BLANK = 32;

/** One WebSocket after its handshake. */
export class StreamConn implements ByteStream {
  readonly #conn: ByteStream;
  readonly #decoder: FrameDecoder;
  readonly #onHeard: () => void;
  /** Lines that were received and not read yet. */
  #lines: Uint8Array = new Uint8Array(0);
  /** Came with the handshake. */
  #early: Uint8Array | null;
  /** The frame of the line that is being written. */
  #frame: { bytes: Uint8Array; at: number; told: number; headSize: number; length: number } | null =
    null;
  /** A control frame that waits for the line before it to be written. */
  #control: Uint8Array | null = null;
  #flushing: Promise<void> | null = null;
  #readableAtMs = 0;
  #isBroken = false;
  #closing: { code: number; reason: string } | null = null;
  #isClosed = false;

  /**
   * `early`: bytes behind the handshake. `messageSize`: longest message taken, bytes. `onHeard` is called
   * with every sign of life.
   */
  constructor(
    conn: ByteStream,
    early: Uint8Array,
    messageSize: number,
    onHeard: () => void = () => {},
  ) {
    this.#conn = conn;
    this.#early = early;
    this.#decoder = new FrameDecoder(messageSize);
    this.#onHeard = onHeard;
  }

  /** The peer has sent what no client of ours sends. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What the closing frame will say; the first one counts. */
  set farewell(closing: { code: number; reason: string }) {
    this.#closing ??= closing;
  }

  /** Bytes of the next lines; null at the end. */
  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#lines.length === 0) {
      const bytes = await this.#receive();
      if (bytes === null || !this.#take(bytes)) return null;
    }
    const size = Math.min(buffer.length, this.#lines.length);
    buffer.set(this.#lines.subarray(0, size));
    this.#lines = this.#lines.subarray(size);
    return size;
  }

  async #receive(): Promise<Uint8Array | null> {
    const early = this.#early;
    this.#early = null;
    if (early !== null && early.length > 0) return early;
    // A read of bytes that are there takes no turn of the event loop: without a pause a client that always
    // has some would keep timers, checks and signals from ever having theirs.
    const waitMs = this.#readableAtMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const buffer = new Uint8Array(READ_SIZE);
    const size = await this.#conn.read(buffer);
    this.#readableAtMs = performance.now() + READ_PAUSE_MS;
    return size === null ? null : buffer.subarray(0, size);
  }

  /** False at the end of the stream. */
  #take(bytes: Uint8Array): boolean {
    this.#onHeard();
    let ping: Uint8Array | null = null;
    for (const incoming of this.#decoder.push(bytes)) {
      // Of several that came at once the last one is answered (RFC 6455 5.5.3).
      if (incoming.kind === "ping") ping = incoming.bytes;
      else if (!this.#takeOne(incoming)) return false;
    }
    if (ping !== null) this.#sendControl(encodeFrame(OPCODE.PONG, ping).bytes);
    return true;
  }

  #takeOne(incoming: Exclude<Incoming, { kind: "ping" }>): boolean {
    switch (incoming.kind) {
      case "message":
        this.#addLine(incoming.bytes);
        return true;
      case "pong":
        return true;
      case "close":
        this.farewell = { code: 1000, reason: "" };
        return false;
      case "broken":
        this.#isBroken = true;
        this.farewell = { code: incoming.code, reason: "that is no message of this protocol" };
        return false;
    }
  }

  /** A line end inside JSON can be white space only, and is as good as a blank. */
  #addLine(message: Uint8Array): void {
    const lines = new Uint8Array(this.#lines.length + message.length + 1);
    lines.set(this.#lines);
    lines.set(
      message.map((byte) => byte === LINE_END ? BLANK : byte),
      this.#lines.length,
    );
    lines[lines.length - 1] = LINE_END;
    this.#lines = lines;
  }

  /**
   * Writes some of a line and says how much of it is gone. Called with the whole of a line first, then
   * with what is left of it, as connection.ts does.
   */
  async write(line: Uint8Array): Promise<number> {
    this.#frame ??= {
      ...encodeFrame(OPCODE.TEXT, line.subarray(0, line.length - 1)),
      ...{ at: 0, told: 0, length: line.length },
    };
    const frame = this.#frame;
    // No control frame begins from now on; one that has begun ends first.
    await this.#flushing;
    frame.at += await this.#conn.write(frame.bytes.subarray(frame.at));
    const isDone = frame.at === frame.bytes.length;
    const gone = isDone ? frame.length : Math.max(0, frame.at - frame.headSize);
    const more = gone - frame.told;
    frame.told = gone;
    if (isDone) {
      this.#frame = null;
      this.#flush();
    }
    return more;
  }

  /** Asks the peer for a sign of life. */
  ping(): void {
    this.#sendControl(encodeFrame(OPCODE.PING, new Uint8Array(0)).bytes);
  }

  #sendControl(frame: Uint8Array): void {
    this.#control = frame;
    this.#flush();
  }

  #flush(): void {
    if (this.#frame !== null || this.#flushing !== null || this.#control === null) return;
    // Where it fails, the reader of this connection meets the same end.
    this.#flushing = this.#writeControls().catch(() => {}).finally(() => {
      this.#flushing = null;
    });
  }

  async #writeControls(): Promise<void> {
    while (this.#control !== null && this.#frame === null) {
      const frame = this.#control;
      this.#control = null;
      for (let at = 0; at < frame.length;) at += await this.#conn.write(frame.subarray(at));
    }
  }

  /** Says why, if it can, and closes. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { code, reason } = this.#closing ?? { code: 1000, reason: "" };
    if (this.#flushing !== null || this.#frame !== null) return this.#conn.close();
    const conn = this.#conn;
    const end = () => {
      clearTimeout(timer);
      try {
        conn.close();
      } catch {
        // The peer's reset closed it already.
      }
    };
    const timer = setTimeout(end, LAST_WORDS_MS_MAX);
    this.#conn.write(encodeClose(code, reason)).then(end, end);
  }
}
