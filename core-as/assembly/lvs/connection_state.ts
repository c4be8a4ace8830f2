// The states of a connection and how a client's packets move it. A director that forwards by direct
// routing sees only the client's half, so these are the transitions ip_vs uses for such connections
// (its INPUT_ONLY table), with its default timeouts. Of ip_vs' states only those that a connection
// opened by a SYN can reach are here. Pure; connection.ts calls it.

import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../wire/tcp";

/** Both sides talk. */
export const CONNECTION_ESTABLISHED: u32 = 0;
/** A SYN was seen. */
export const CONNECTION_SYN_RECV: u32 = 1;
/** The client's FIN was seen. */
export const CONNECTION_FIN_WAIT: u32 = 2;
/** The client's FIN came before anything else. */
export const CONNECTION_TIME_WAIT: u32 = 3;
/** Reset, or nonsense. */
export const CONNECTION_CLOSE: u32 = 4;
/** UDP: datagrams of one client port. */
export const CONNECTION_UDP: u32 = 5;
/** No connection: a client that persistence binds to a destination (connection.ts). */
export const CONNECTION_BINDING: u32 = 6;
/** Number of states. */
export const CONNECTION_STATE_COUNT: u32 = 7;

/**
 * Microseconds without a packet after which a connection in a state is forgotten; for a binding, after
 * which it is looked at.
 */
export function connectionTimeout(state: u32): u64 {
  switch (state) {
    case CONNECTION_ESTABLISHED:
      return 900_000_000;
    case CONNECTION_SYN_RECV:
      return 60_000_000;
    case CONNECTION_FIN_WAIT:
    case CONNECTION_TIME_WAIT:
      return 120_000_000;
    case CONNECTION_UDP:
      return 300_000_000;
    default:
      return 10_000_000;
  }
}

/** Whether a connection in this state counts as active; the others count as inactive, UDP too. */
export function isConnectionActive(state: u32): bool {
  return state == CONNECTION_ESTABLISHED || state == CONNECTION_SYN_RECV;
}

/**
 * Whether a SYN in this state begins a new connection of a client that uses its port again, and not
 * one that it repeats. ip_vs does the same (conn_reuse_mode 1, and 2 for FIN_WAIT).
 */
export function isConnectionOver(state: u32): bool {
  return state == CONNECTION_FIN_WAIT || state == CONNECTION_TIME_WAIT ||
    state == CONNECTION_CLOSE;
}

/** The state after a client's segment with these flags (wire/tcp.ts): RST goes before SYN, FIN, ACK. */
export function nextTcpState(state: u32, flags: u32): u32 {
  if ((flags & TCP_RST) != 0) {
    return state == CONNECTION_SYN_RECV ? CONNECTION_SYN_RECV : CONNECTION_CLOSE;
  }
  if ((flags & TCP_SYN) != 0) {
    return state == CONNECTION_ESTABLISHED ? CONNECTION_ESTABLISHED : CONNECTION_SYN_RECV;
  }
  if ((flags & TCP_FIN) != 0) {
    if (state == CONNECTION_ESTABLISHED) return CONNECTION_FIN_WAIT;
    return state == CONNECTION_SYN_RECV ? CONNECTION_TIME_WAIT : state;
  }
  if ((flags & TCP_ACK) != 0) {
    return state == CONNECTION_SYN_RECV ? CONNECTION_ESTABLISHED : state;
  }
  return CONNECTION_CLOSE;
}
