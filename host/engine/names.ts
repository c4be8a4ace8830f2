// Puts names beside the numbers of the core's records. The core's numbers change at a commit: what
// it tells before its notice of the commit means the old configuration, what comes after the new
// one. This keeps both and changes over at the notice, wherever the two halves are in time.
// This module is browser safe.

import { ID_NONE, type Output } from "../core/abi.gen.ts";
import type { CoreRecord, RecordNames } from "./contract.ts";
import type { CoreIndex } from "./core_index.ts";

/** Names for the records of one core. */
export class RecordNamer {
  #current: CoreIndex | null = null;
  readonly #staged: CoreIndex[] = [];

  /** Notes an index whose records are on their way to the core. */
  stage(index: CoreIndex): void {
    // Before the first commit there is nothing that an older index could mean.
    if (this.#current === null) this.#current = index;
    this.#staged.push(index);
  }

  /** The core refused that configuration: the one in force stays. */
  discard(generation: number): void {
    const at = this.#staged.findIndex((index) => index.generation === generation);
    if (at >= 0) this.#staged.splice(at, 1);
  }

  /** The index that the core's numbers mean now; null before the first. */
  get current(): CoreIndex | null {
    return this.#current;
  }

  /** The record with its names; null for outputs that nobody reads (packets, addresses). */
  name(output: Output): CoreRecord | null {
    if (isCommit(output)) this.#commit();
    return nameRecord(output, this.#current);
  }

  #commit(): void {
    this.#current = this.#staged.shift() ?? this.#current;
  }
}

/** What a record may carry that has a name. */
interface Numbers {
  subject?: "GROUP" | "INSTANCE";
  instance: number;
  group?: number;
  tracker?: number;
  ifindex?: number;
}

/** Whether the core's numbers mean the new configuration from this output on. */
export function isCommit(output: Output): boolean {
  return output.kind === "notice" && output.notice === "CONFIG_COMMITTED";
}

/** The record with the names of an index; null for outputs that nobody reads. */
export function nameRecord(output: Output, index: CoreIndex | null): CoreRecord | null {
  switch (output.kind) {
    case "transition":
    case "priority":
    case "refused":
    case "notice":
      return { ...output, ...namesOf(output, index) };
    default:
      return null;
  }
}

/** The names for a record's numbers; what has none is left out. */
export function namesOf(
  record: Numbers,
  index: CoreIndex | null,
): RecordNames {
  if (index === null) return {};
  const instanceName = index.instances[record.instance];
  const groupName = record.group === undefined ? undefined : index.groups[record.group];
  const trackerName = record.tracker === undefined || record.tracker === ID_NONE
    ? undefined
    : index.trackers[record.tracker]?.name;
  const interfaceName = interfaceOf(record, index);
  const instanceVersion = index.instanceVersions[record.instance];
  return {
    ...(instanceVersion === undefined ? {} : { instanceVersion }),
    ...(instanceName === undefined ? {} : { instanceName }),
    ...(groupName === undefined ? {} : { groupName }),
    ...(trackerName === undefined ? {} : { trackerName }),
    ...(interfaceName === undefined ? {} : { interfaceName }),
  };
}

function interfaceOf({ subject, instance, ifindex }: Numbers, index: CoreIndex) {
  if (ifindex !== undefined) {
    return index.interfaces.find((row) => row.ifindex === ifindex)?.name;
  }
  // A group's record carries its first member, whose interface may be a good one.
  return subject === "GROUP" ? undefined : index.instanceInterfaces[instance];
}
