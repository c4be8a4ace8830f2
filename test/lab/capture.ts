// Captures of a lab's switch, read while they run: tcpdump writes pcap to us, frames.ts takes apart what
// tests ask about.

import { decodeFrame, describeEvent } from "./frames.ts";
import type { AdvertEvent, ArpEvent, CaptureEvent } from "./frames.ts";
import { BRIDGE } from "./netns.ts";
import type { LabSwitch } from "./netns.ts";

/** What a capture takes when it is not told: VRRP, ARP and neighbour discovery. */
export const VRRP_AND_NEIGHBOURS = "arp or proto 112 or ip6 proto 112 or icmp6";

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const WAIT_MS = 30_000;

export interface CaptureOptions {
  /** pcap-filter(7); VRRP_AND_NEIGHBOURS when left out. */
  filter?: string;
  /** Interface of the switch; its bridge (broadcast and multicast of all ports) when left out. */
  interface?: string;
}

/** A capture that runs. The lab of the switch ends it, or `stop`. */
export class Capture {
  readonly events: CaptureEvent[] = [];
  /** Bytes of the stream that are not a whole record yet. */
  #rest = new Uint8Array(0);
  #headerSeen = false;
  #raw: Uint8Array[] = [];
  #watchers = new Set<() => void>();
  #failure: Error | null = null;
  readonly #tcpdump: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  private constructor(tcpdump: Deno.ChildProcess) {
    this.#tcpdump = tcpdump;
    this.#reading = this.#read();
  }

  /** Starts to capture; returns when packets are being seen. */
  static async start(lan: LabSwitch, options: CaptureOptions = {}): Promise<Capture> {
    const tcpdump = new Deno.Command("nsenter", {
      args: [
        ...["-t", `${lan.node.pid}`, "-n", "--", "tcpdump", "-i", options.interface ?? BRIDGE],
        ...["-w", "-", "-U", "--immediate-mode", "--time-stamp-precision=nano", "-B", "16384"],
        ...["-s", "0", "-Z", "root", options.filter ?? VRRP_AND_NEIGHBOURS],
      ],
      stdout: "piped",
      stderr: "piped",
      stdin: "null",
    }).spawn();
    await untilListening(tcpdump);
    const capture = new Capture(tcpdump);
    lan.node.onClose(() => capture.stop());
    return capture;
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#tcpdump.stdout) {
        this.#raw.push(chunk);
        this.#take(chunk);
        for (const wake of this.#watchers) wake();
      }
    } catch (error) {
      this.#failure = error as Error;
      for (const wake of this.#watchers) wake();
    }
  }

  #take(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    if (!this.#headerSeen && bytes.length >= FILE_HEADER_SIZE) {
      if (view.getUint32(0, true) !== MAGIC_NANOSECONDS) throw new Error("not a pcap stream");
      this.#headerSeen = true;
      at = FILE_HEADER_SIZE;
    }
    while (this.#headerSeen && bytes.length - at >= RECORD_HEADER_SIZE) {
      const captured = view.getUint32(at + 8, true);
      const begin = at + RECORD_HEADER_SIZE;
      if (bytes.length < begin + captured) break;
      const atMs = view.getUint32(at, true) * 1000 + view.getUint32(at + 4, true) / 1e6;
      this.events.push(decodeFrame(atMs, bytes.slice(begin, begin + captured)));
      at = begin + captured;
    }
    this.#rest = bytes.slice(at);
  }

  /**
   * The first event from number `from` on that `accepts` takes; waits for it. Throws with the last events
   * when it does not come.
   */
  waitFor<T extends CaptureEvent>(
    what: string,
    accepts: (event: CaptureEvent) => event is T,
    options: { timeoutMs?: number; from?: number } = {},
  ): Promise<T> {
    const timeoutMs = options.timeoutMs ?? WAIT_MS;
    let next = options.from ?? 0;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const look = () => {
        if (this.#failure !== null) return finish(() => reject(this.#failure));
        while (next < this.events.length) {
          const event = this.events[next++]!;
          if (accepts(event)) return finish(() => resolve(event));
        }
      };
      const give = () =>
        reject(new Error(`waited ${timeoutMs} ms for ${what}; last frames:\n${this.tail()}`));
      const timer = setTimeout(() => finish(give), timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for an advert of a VRID, further narrowed by the fields given. */
  advert(fields: Partial<AdvertEvent>, options: { timeoutMs?: number; from?: number } = {}) {
    const accepts = (event: CaptureEvent): event is AdvertEvent =>
      event.kind === "advert" && matches(event, fields);
    return this.waitFor(`an advert with ${JSON.stringify(fields)}`, accepts, options);
  }

  /** Waits for a gratuitous ARP (request or reply) for an address, narrowed by the fields given. */
  gratuitousArp(
    address: string,
    options: { timeoutMs?: number; from?: number; fields?: Partial<ArpEvent> } = {},
  ) {
    const accepts = (event: CaptureEvent): event is ArpEvent =>
      event.kind === "arp" && event.gratuitous && event.senderAddress === address &&
      matches(event, options.fields ?? {});
    return this.waitFor(`a gratuitous ARP for ${address}`, accepts, options);
  }

  /** All adverts so far with the fields given, from event number `from` on. */
  adverts(fields: Partial<AdvertEvent> = {}, options: { from?: number } = {}): AdvertEvent[] {
    return this.events.slice(options.from ?? 0).filter((event): event is AdvertEvent =>
      event.kind === "advert" && matches(event, fields)
    );
  }

  /** The number of the next event: what to give as `from` to hear only what comes now. */
  get position(): number {
    return this.events.length;
  }

  /** The last events as lines of text. */
  tail(count = 20): string {
    return this.events.slice(-count).map(describeEvent).join("\n");
  }

  /** Writes what was captured as a pcap file, for tshark. */
  async save(path: string): Promise<void> {
    await Deno.writeFile(path, new Blob(this.#raw as BlobPart[]).stream());
  }

  /** Ends the capture and throws what went wrong while it ran. */
  async stop(): Promise<void> {
    try {
      this.#tcpdump.kill("SIGTERM");
    } catch (error) {
      // It ended by itself: the reading has failed or the switch is gone.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#tcpdump.status;
    await this.#reading;
    if (this.#failure !== null) throw this.#failure;
  }
}

function matches<T extends object>(event: T, fields: Partial<T>): boolean {
  return Object.entries(fields).every(([key, value]) => event[key as keyof T] === value);
}

/** Returns when tcpdump says that it listens; goes on reading what it says, so that it never blocks. */
function untilListening(tcpdump: Deno.ChildProcess): Promise<void> {
  let text = "";
  return new Promise((resolve, reject) => {
    const read = async () => {
      for await (const chunk of tcpdump.stderr.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (text.includes("listening on")) resolve();
      }
      reject(new Error(`tcpdump ended: ${text}`));
    };
    read().catch(reject);
  });
}
