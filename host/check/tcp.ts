// TCP_CHECK: the connection comes up within connect_timeout.

import type { CheckOutcome, TcpCheckSpec } from "../engine/contract.ts";
import { converse } from "./conversation.ts";

/** Makes one check. Never rejects. */
export function checkTcp(
  spec: TcpCheckSpec,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const conversation = {
    target: spec.target,
    timeoutUs: spec.connectTimeoutUs,
    tls: null,
    request: null,
    onData: () => null,
    onEnd: (): CheckOutcome => ({ kind: "noResponse" }),
  };
  return converse(conversation, signal);
}
