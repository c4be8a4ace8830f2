// For log_reading_test.ts: a thread that fills a log in shared memory as fast as it can. Every input and
// every checkpoint says its own number, so that a reader sees whether what it got belongs together.

import { LogBuffer, type LogLayout } from "../core/log_buffer.ts";

/** The message that starts it; it posts the number of its last input when it is done. */
export interface WriterTask {
  buffer: SharedArrayBuffer;
  layout: LogLayout;
  inputs: number;
}

/** What a Worker's global scope has and a page's has not. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WriterTask>) => void) | null;
  postMessage(last: number): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { buffer, layout, inputs } }) => {
  const log = new LogBuffer(new Uint8Array(buffer), layout);
  const words = new Int32Array(6);
  const checkpoint = new Int32Array(64);
  for (let i = 1; i <= inputs; i++) {
    if (log.sequence === 1 || log.needsCheckpoint) {
      checkpoint.fill(log.sequence);
      log.begin([new Uint8Array(checkpoint.buffer)], i);
    }
    words.fill(i);
    log.append(i, words, 0, 24);
    log.setStatus(i & 0xff);
    log.close(i);
  }
  scope.postMessage(inputs);
};
