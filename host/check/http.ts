// HTTP_GET and SSL_GET: one request of one URL. The request is keepalived's to the byte; the answer
// counts as complete at Content-Length or when the server closes.

import type { CheckOutcome, HttpCheckSpec } from "../engine/contract.ts";
import { converse } from "./conversation.ts";
import { HttpAnswer } from "./http_answer.ts";

/** The request for a URL. */
export function httpRequest(path: string, host: string): string {
  return `GET ${path} HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ${host}\r\n\r\n`;
}

/** Makes one check. Never rejects. */
export function checkHttp(
  spec: HttpCheckSpec,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const answer = new HttpAnswer(spec.digest);
  const conversation = {
    target: spec.target,
    timeoutUs: spec.connectTimeoutUs,
    tls: spec.kind === "SSL_GET" ? { serverName: spec.sni } : null,
    request: httpRequest(spec.path, spec.host),
    onData: (chunk: Uint8Array) => answer.take(chunk),
    onEnd: () => answer.end(),
  };
  return converse(conversation, signal);
}
