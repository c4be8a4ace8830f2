// What became of the frames: the one place that counts them for DirectorStatus.

import { DirectorStatus } from "../abi/director";
import {
  STATUS_CONNECTION_LIMIT,
  STATUS_DESTINATION_REMOVED,
  STATUS_FRAGMENT,
  STATUS_LOCAL,
  STATUS_NO_CONNECTION,
  STATUS_NO_DESTINATION,
  STATUS_NO_NEIGHBOUR,
  STATUS_NOT_OURS,
  STATUS_OK,
  STATUS_TTL_EXPIRED,
} from "../abi/status";
import { connectionExpired } from "./connection";
import { connectionCapacity, connectionCount, connectionPeak } from "./connection_table";

const counters = changetype<DirectorStatus>(memory.data(offsetof<DirectorStatus>(), 8));

/** Sets all counters to zero. */
export function countersInit(): void {
  memory.fill(changetype<u32>(counters), 0, offsetof<DirectorStatus>());
}

/** The counters to add to. */
export function countersLive(): DirectorStatus {
  return counters;
}

/** The counters with the numbers of the connection table filled in. */
export function countersRead(): DirectorStatus {
  counters.connections = connectionCount();
  counters.connectionsPeak = connectionPeak();
  counters.connectionsMax = connectionCapacity();
  counters.expired = connectionExpired();
  return counters;
}

/** Counts a frame by the status it got. */
export function countFrame(status: u32): void {
  switch (status) {
    case STATUS_OK:
      counters.forwarded += 1;
      break;
    case STATUS_NOT_OURS:
      counters.notOurs += 1;
      break;
    case STATUS_LOCAL:
      counters.local += 1;
      break;
    case STATUS_FRAGMENT:
      counters.fragments++;
      break;
    case STATUS_TTL_EXPIRED:
      counters.ttlExpired++;
      break;
    case STATUS_NO_DESTINATION:
      counters.noDestination++;
      break;
    case STATUS_DESTINATION_REMOVED:
      counters.destinationRemoved++;
      break;
    case STATUS_NO_CONNECTION:
      counters.noConnection++;
      break;
    case STATUS_NO_NEIGHBOUR:
      counters.noNeighbour++;
      break;
    case STATUS_CONNECTION_LIMIT:
      counters.connectionLimit++;
      break;
    default:
      counters.malformed++;
  }
}
