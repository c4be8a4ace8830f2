// The thread of one opened file: opens it, plays it in slices and listens between them.

import { coreModule } from "../../app/core.ts";
import type { FileOrder, FileReport } from "./protocol.ts";
import { failure, FileSession } from "./session.ts";

const scope = globalThis as unknown as {
  postMessage(report: FileReport): void;
  addEventListener(type: "message", listen: (event: MessageEvent<FileOrder>) => void): void;
};

let session: FileSession | null = null;
const wake = new MessageChannel();

/** One slice, then whatever came in the meantime, then the next one. */
wake.port1.onmessage = () => {
  session?.slice();
  if (session?.isOver === false) wake.port2.postMessage(null);
};

async function open(bytes: Uint8Array): Promise<void> {
  try {
    const wasm = await coreModule();
    const post = (report: FileReport) => scope.postMessage(report);
    session = new FileSession(wasm, bytes, post, () => performance.now());
    wake.port2.postMessage(null);
  } catch (thrown) {
    scope.postMessage(failure(thrown));
  }
}

/** Makes this thread that of a file. */
export function openFiles(): void {
  scope.addEventListener("message", ({ data: order }) => {
    if (order.kind === "open") void open(order.bytes);
    else session?.answer(order);
  });
}
