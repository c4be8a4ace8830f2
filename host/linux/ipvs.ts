// IPVS of the kernel by generic netlink: services, destinations, timeouts, written in batches and
// read back. What ought to stand there is the engine's business.

import { ERRNO } from "../base/errno.ts";
import { formatAddress } from "../base/address.ts";
import { SysError } from "../base/errors.ts";
import {
  GENL_HEADER_SIZE,
  IP_VS_NAME_SIZE_MAX,
  IPVS_CMD,
  IPVS_FAMILY_NAME,
  type IpvsDestination,
  type IpvsDestinationState,
  type IpvsService,
  type IpvsServiceKey,
  type IpvsServiceState,
  type IpvsTimeouts,
  parseDestination,
  parseService,
  parseTimeouts,
  writeCommand,
  writeDestination,
  writeDestinationKeyOnly,
  writeService,
  writeServiceKey,
  writeTimeouts,
} from "./ipvs_codec.ts";
import type { NetlinkWriter } from "./netlink.ts";
import { Batch, NETLINK_GENERIC, type NetlinkFailure, NetlinkSocket } from "./netlink_socket.ts";

const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_VERSION = 2;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

/** What is done to a service or a destination. */
export type IpvsOperation = "add" | "set" | "remove";

/** One change, as failures name it. */
export type IpvsChange =
  | { kind: "service"; operation: IpvsOperation; service: IpvsServiceKey }
  | {
    kind: "destination";
    operation: IpvsOperation;
    service: IpvsServiceKey;
    destination: IpvsDestination;
  }
  | { kind: "timeouts"; timeouts: IpvsTimeouts }
  | { kind: "flush" };

/**
 * A change that the kernel refused. Usual errnos: EEXIST on an add, ESRCH no such service, ENOENT no
 * such destination or scheduler.
 */
export interface IpvsFailure {
  change: IpvsChange;
  error: SysError;
}

/** The kernel has no IPVS, now. `error` says how to get it. */
export interface IpvsAbsent {
  absent: true;
  error: SysError;
}

const SERVICE_COMMAND: Record<IpvsOperation, number> = {
  add: IPVS_CMD.NEW_SERVICE,
  set: IPVS_CMD.SET_SERVICE,
  remove: IPVS_CMD.DEL_SERVICE,
};
const DESTINATION_COMMAND: Record<IpvsOperation, number> = {
  add: IPVS_CMD.NEW_DEST,
  set: IPVS_CMD.SET_DEST,
  remove: IPVS_CMD.DEL_DEST,
};

/** The IPVS table of the kernel, in the network namespace of the thread that opened it. */
export class Ipvs {
  readonly absent = false;
  readonly #netlink: NetlinkSocket;
  readonly #family: number;
  readonly #batch = new Batch<IpvsChange>();

  private constructor(netlink: NetlinkSocket, family: number) {
    this.#netlink = netlink;
    this.#family = family;
  }

  /**
   * Finds the family. A kernel without IPVS is an answer; the question itself makes a kernel with
   * autoloading load ip_vs, otherwise the caller tries modprobe and asks again. Throws SysError when
   * there is no generic netlink at all.
   */
  static open(): Ipvs | IpvsAbsent {
    const netlink = new NetlinkSocket(NETLINK_GENERIC, "generic netlink socket (IPVS)");
    const answer = netlink.ask(
      GENL_ID_CTRL,
      (writer) => {
        writer.u8(CTRL_CMD_GETFAMILY);
        writer.u8(CTRL_VERSION);
        writer.u16(0);
        writer.attributeString(CTRL_ATTR_FAMILY_NAME, IPVS_FAMILY_NAME);
      },
      (message) => {
        let id = 0;
        const attributes = message.attributes(GENL_HEADER_SIZE);
        while (attributes.next()) {
          if (attributes.type === CTRL_ATTR_FAMILY_ID) id = attributes.u16();
        }
        return { id };
      },
    );
    if ("id" in answer && answer.id !== 0) return new Ipvs(netlink, answer.id);
    netlink.close();
    const errno = "id" in answer ? ERRNO.ENOENT : answer.errno;
    return {
      absent: true,
      error: new SysError("CTRL_CMD_GETFAMILY", errno, "IPVS", {
        hint: "load it with `modprobe ip_vs`, or use a kernel built with CONFIG_IP_VS",
      }),
    };
  }

  /**
   * Queues a change of a service. Throws RangeError for a scheduler or engine name that is longer
   * than the kernel takes.
   */
  queueService(operation: IpvsOperation, service: IpvsService): void {
    for (const name of [service.scheduler, service.persistenceEngine]) {
      if (new TextEncoder().encode(name).length > IP_VS_NAME_SIZE_MAX) {
        throw new RangeError(`IPVS name longer than ${IP_VS_NAME_SIZE_MAX} bytes: ${name}`);
      }
    }
    this.#queue({ kind: "service", operation, service }, SERVICE_COMMAND[operation], (writer) => {
      if (operation === "remove") writeServiceKey(writer, service);
      else writeService(writer, service);
    });
  }

  /** Queues a change of a destination of a service. */
  queueDestination(
    operation: IpvsOperation,
    service: IpvsServiceKey,
    destination: IpvsDestination,
  ): void {
    this.#queue(
      { kind: "destination", operation, service, destination },
      DESTINATION_COMMAND[operation],
      (writer) => {
        writeServiceKey(writer, service);
        if (operation === "remove") writeDestinationKeyOnly(writer, destination);
        else writeDestination(writer, destination);
      },
    );
  }

  /** Queues the setting of timeouts; 0 leaves one as it is. */
  queueTimeouts(timeouts: IpvsTimeouts): void {
    this.#queue(
      { kind: "timeouts", timeouts },
      IPVS_CMD.SET_CONFIG,
      (writer) => writeTimeouts(writer, timeouts),
    );
  }

  /** Queues the removal of all services, whoever made them. */
  queueFlush(): void {
    this.#queue({ kind: "flush" }, IPVS_CMD.FLUSH, () => {});
  }

  /** Changes that wait for commit(). */
  get queuedCount(): number {
    return this.#batch.count;
  }

  /**
   * Sends what is queued, in order; a refused change does not stop the later ones. Returns the
   * refused. Throws SysError when the socket fails: then read the table back. The queue is empty
   * afterwards in any case.
   */
  commit(): IpvsFailure[] {
    try {
      return this.#netlink.commit(this.#batch).map((failure) => ({
        change: failure.subject,
        error: changeError(failure.subject, failure),
      }));
    } finally {
      this.#batch.clear();
    }
  }

  /** All services. Throws SysError. */
  services(): IpvsServiceState[] {
    return this.#netlink.dump(
      this.#family,
      (writer) => writeCommand(writer, IPVS_CMD.GET_SERVICE),
      parseService,
    );
  }

  /** The destinations of a service; none when the service is not there. Throws SysError. */
  destinations(service: IpvsServiceKey): IpvsDestinationState[] {
    return this.#netlink.dump(
      this.#family,
      (writer) => {
        writeCommand(writer, IPVS_CMD.GET_DEST);
        writeServiceKey(writer, service);
      },
      (message) => parseDestination(message, service.family),
    );
  }

  /** The timeouts in force. Throws SysError. */
  timeouts(): IpvsTimeouts {
    const answer = this.#netlink.ask(
      this.#family,
      (writer) => writeCommand(writer, IPVS_CMD.GET_CONFIG),
      parseTimeouts,
    );
    if ("errno" in answer) throw new SysError("IPVS_CMD_GET_CONFIG", answer.errno, "IPVS", answer);
    return answer;
  }

  /** Closes the socket; the table stays. */
  close(): void {
    this.#netlink.close();
  }

  #queue(change: IpvsChange, command: number, write: (writer: NetlinkWriter) => void): void {
    this.#batch.add(change, this.#family, 0, (writer) => {
      writeCommand(writer, command);
      write(writer);
    });
  }
}

/** A service as people write it: "10.0.0.1:80 tcp", "[fd00::1]:53 udp", "fwmark 7 IPv4". */
export function describeService(service: IpvsServiceKey): string {
  if (service.fwmark !== 0) {
    return `fwmark ${service.fwmark} ${service.family === 2 ? "IPv4" : "IPv6"}`;
  }
  const protocol = { 6: "tcp", 17: "udp", 132: "sctp" }[service.protocol] ??
    `protocol ${service.protocol}`;
  return `${endpoint(service.address, service.port)} ${protocol}`;
}

function endpoint(address: Uint8Array, port: number): string {
  const text = formatAddress(address);
  return address.length === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}

function changeError(change: IpvsChange, failure: NetlinkFailure): SysError {
  const { errno, detail } = failure;
  if (change.kind === "flush") return new SysError("IPVS_CMD_FLUSH", errno, "IPVS", { detail });
  if (change.kind === "timeouts") {
    const { tcpS, tcpFinS, udpS } = change.timeouts;
    return new SysError("IPVS_CMD_SET_CONFIG", errno, `timeouts ${tcpS} ${tcpFinS} ${udpS}`, {
      detail,
    });
  }
  const verb = { add: "NEW", set: "SET", remove: "DEL" }[change.operation];
  const service = describeService(change.service);
  if (change.kind === "service") {
    const options = errno === ERRNO.ENOENT
      ? { detail, hint: "the kernel has no such scheduler: check lvs_sched and its ip_vs_ module" }
      : { detail };
    return new SysError(`IPVS_CMD_${verb}_SERVICE`, errno, service, options);
  }
  const destination = endpoint(change.destination.address, change.destination.port);
  return new SysError(`IPVS_CMD_${verb}_DEST`, errno, `${destination} of ${service}`, { detail });
}
