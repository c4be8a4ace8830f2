// A netlink socket for commands: batches with one acknowledgement, dumps, single questions. All of
// it blocks the calling thread, which is short: the kernel answers within the send, and a receive
// gives up after REPLY_TIMEOUT_S.
//
// A batch is sent in chunks of many messages, and only the last of a chunk asks for an ACK: a message
// that fails answers with its own sequence number anyway and the later ones still run, so no error
// is lost (37 times the rate of one message at a time, measured with IPVS).

import { ERRNO } from "../base/errno.ts";
import { SysError, VipdError } from "../base/errors.ts";
import { LITTLE_ENDIAN, SOCKADDR_NL } from "./layout.ts";
import * as libc from "./libc.ts";
import {
  align4,
  AttributeReader,
  MessageReader,
  NetlinkWriter,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER_SIZE,
} from "./netlink.ts";
import { Pinned } from "./pinned.ts";
import {
  AF_NETLINK,
  Descriptor,
  intOf,
  MSG_TRUNC,
  SO_RCVTIMEO,
  SOCK_RAW,
  SOL_SOCKET,
} from "./socket.ts";

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;
export const NETLINK_GENERIC = 16;

const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NLMSGERR_ATTR_MSG = 1;

/** Largest datagram read at once; the kernel makes dumps of at most 32 KiB. Bytes. */
export const NETLINK_RECEIVE_SIZE = 64 << 10;
/** Largest chunk of a batch, bytes: far below the default send buffer of 208 KiB. */
const CHUNK_SIZE_MAX = 32 << 10;
/** Receive buffer for the answers, bytes: every message of a chunk may fail. */
const RECEIVE_BUFFER_SIZE = 2 << 20;
/** Send buffer, bytes: a transaction goes out in one piece. */
const SEND_BUFFER_SIZE = 4 << 20;
/** How long an answer may take, seconds. */
const REPLY_TIMEOUT_S = 5;
/** How often a dump is begun anew because the table changed meanwhile. */
const DUMP_ATTEMPT_COUNT_MAX = 16;

/** Why the kernel refused one message. */
export interface NetlinkFailure {
  /** Positive errno. */
  errno: number;
  /** The kernel's extended ACK text, "" when it gave none. */
  detail: string;
}

/** A refused message of a batch with what it was about. */
export interface BatchFailure<T> extends NetlinkFailure {
  subject: T;
}

/** Messages that are sent together; each belongs to a subject that a failure names. */
export class Batch<T> {
  readonly writer = new NetlinkWriter();
  readonly subjects: T[] = [];
  /** Offset of each message. */
  readonly offsets: number[] = [];

  /** Adds a message; `write` writes its payload. NLM_F_REQUEST is added to the flags. */
  add(subject: T, type: number, flags: number, write: (writer: NetlinkWriter) => void): void {
    this.offsets.push(this.writer.begin(type, flags | NLM_F_REQUEST));
    write(this.writer);
    this.writer.end();
    this.subjects.push(subject);
  }

  /** Messages in it. */
  get count(): number {
    return this.subjects.length;
  }

  /** Empties it for the next use. */
  clear(): void {
    this.writer.clear();
    this.subjects.length = 0;
    this.offsets.length = 0;
  }
}

/** Opens and binds a netlink socket with a port of the kernel's choice. Throws SysError. */
export function openNetlink(
  protocol: number,
  what: string,
  groups: readonly number[] = [],
  typeFlags = 0,
): { socket: Descriptor; port: number } {
  let port = 0;
  const socket = Descriptor.socket(AF_NETLINK, SOCK_RAW | typeFlags, protocol, what).setUp(
    (socket) => {
      const address = Pinned.of(SOCKADDR_NL.SIZE);
      address.view.setUint16(0, AF_NETLINK, LITTLE_ENDIAN);
      socket.bind(address);
      for (const group of groups) {
        socket.setInt(
          SOL_NETLINK,
          NETLINK_ADD_MEMBERSHIP,
          `NETLINK_ADD_MEMBERSHIP ${group}`,
          group,
        );
      }
      const size = intOf(SOCKADDR_NL.SIZE);
      socket.check(libc.getsockname(socket.fd, address.pointer, size.pointer), "getsockname");
      port = address.view.getUint32(SOCKADDR_NL.PORT, LITTLE_ENDIAN);
    },
  );
  return { socket, port };
}

/** A socket for commands. */
export class NetlinkSocket {
  /** Our port id: nlmsg_pid of what the kernel announces because of us. */
  readonly port: number;
  readonly #socket: Descriptor;
  readonly #reply = Pinned.of(NETLINK_RECEIVE_SIZE);
  readonly #request = new NetlinkWriter();
  #sequence = 1;

  /** `what` is for messages: "route netlink socket". Throws SysError. */
  constructor(protocol: number, what: string) {
    const { socket, port } = openNetlink(protocol, what);
    this.#socket = socket.setUp((socket) => {
      socket.setReceiveBuffer(RECEIVE_BUFFER_SIZE);
      socket.setSendBuffer(SEND_BUFFER_SIZE);
      socket.setInt(SOL_NETLINK, NETLINK_EXT_ACK, "NETLINK_EXT_ACK", 1);
      socket.setInt(SOL_NETLINK, NETLINK_CAP_ACK, "NETLINK_CAP_ACK", 1);
      const timeout = Pinned.of(16); // struct timeval {i64 seconds, i64 microseconds}
      timeout.view.setUint32(0, REPLY_TIMEOUT_S, LITTLE_ENDIAN);
      socket.set(SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO", timeout);
    });
    this.port = port;
  }

  /** Its descriptor, for a thread that outlives the one that uses it. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** Closes it. */
  close(): void {
    this.#socket.close();
  }

  /**
   * Sends all messages of a batch and waits for the outcome. Returns the refused ones, in order.
   * Throws SysError when the socket itself fails: then it is unknown which messages took effect, and
   * the caller reads back what the kernel holds.
   */
  commit<T>(batch: Batch<T>): BatchFailure<T>[] {
    const failures: BatchFailure<T>[] = [];
    const { offsets, writer } = batch;
    for (let first = 0; first < offsets.length;) {
      const from = offsets[first]!;
      let last = first;
      while (
        last + 1 < offsets.length &&
        (offsets[last + 2] ?? writer.length) - from <= CHUNK_SIZE_MAX
      ) last++;
      this.#commitChunk(batch, first, last, last, failures, () => false);
      first = last + 1;
    }
    return failures;
  }

  /**
   * Sends a batch as one transaction of nf_tables: the first and the last message are its brackets,
   * of which the kernel answers neither, so the one before the last asks for the ACK. Returns the
   * refused messages; if there is one, nothing of the batch took effect. Throws SysError when the
   * socket fails, EMSGSIZE among others for a batch larger than the send buffer.
   */
  commitTransaction<T>(batch: Batch<T>): BatchFailure<T>[] {
    const failures: BatchFailure<T>[] = [];
    const last = batch.count - 1;
    // Refused as a whole (no right, no such subsystem), the first message answers alone.
    this.#commitChunk(batch, 0, last, last - 1, failures, (index) => index === 0);
    return failures;
  }

  /**
   * Dumps a table: `write` writes the request's payload, `parse` makes a value of each message or
   * null to leave it out. Begins anew when the table changed meanwhile. Throws SysError when the
   * kernel refuses, VipdError "netlink" for bytes that are no netlink.
   */
  dump<T>(
    type: number,
    write: (writer: NetlinkWriter) => void,
    parse: (message: MessageReader) => T | null,
  ): T[] {
    for (let attempt = 1;; attempt++) {
      const values: T[] = [];
      if (this.#dumpOnce(type, write, parse, values)) return values;
      if (attempt === DUMP_ATTEMPT_COUNT_MAX) {
        throw new SysError("dump", ERRNO.EAGAIN, this.#socket.what, {
          detail: `the table changed in each of ${attempt} attempts`,
        });
      }
    }
  }

  /**
   * Asks one question and returns what `parse` makes of the answer, or why the kernel refused.
   * Throws SysError when the socket fails, VipdError "netlink" for bytes that are no netlink.
   */
  ask<T extends object>(
    type: number,
    write: (writer: NetlinkWriter) => void,
    parse: (message: MessageReader) => T,
  ): T | NetlinkFailure {
    const sequence = this.#ask(type, 0, write);
    for (;;) {
      const reader = this.#receive();
      let answer: T | NetlinkFailure | null = null;
      while (answer === null && reader.next()) {
        if (reader.sequence !== sequence) continue;
        answer = reader.type === NLMSG_ERROR ? failureOf(reader) : parse(reader);
      }
      this.#checkReader(reader);
      if (answer !== null) return answer;
    }
  }

  /**
   * Sends the messages `first` to `last`, the one at `asking` with the ACK flag, and collects answers
   * until it has answered, or a failure after which `isEnd` says that no more will come.
   */
  #commitChunk<T>(
    batch: Batch<T>,
    first: number,
    last: number,
    asking: number,
    failures: BatchFailure<T>[],
    isEnd: (index: number) => boolean,
  ): void {
    const { memory, length } = batch.writer;
    const base = this.#takeSequences(last - first + 1);
    for (let i = first; i <= last; i++) {
      memory.view.setUint32(batch.offsets[i]! + NLMSG.SEQUENCE, base + i - first, LITTLE_ENDIAN);
    }
    const flagsAt = batch.offsets[asking]! + NLMSG.FLAGS;
    memory.view.setUint16(
      flagsAt,
      memory.view.getUint16(flagsAt, LITTLE_ENDIAN) | NLM_F_ACK,
      LITTLE_ENDIAN,
    );
    this.#send(
      new Pinned(memory.bytes.subarray(batch.offsets[first]!, batch.offsets[last + 1] ?? length)),
    );
    for (let done = false; !done;) {
      const reader = this.#receive();
      while (reader.next()) {
        const index = reader.sequence - base + first;
        if (reader.type !== NLMSG_ERROR || index < first || index > last) continue;
        const failure = failureOf(reader);
        if (failure.errno !== 0) failures.push({ subject: batch.subjects[index]!, ...failure });
        if (index === asking || (failure.errno !== 0 && isEnd(index))) done = true;
      }
      this.#checkReader(reader);
    }
  }

  /** False when the dump was interrupted by a change. */
  #dumpOnce<T>(
    type: number,
    write: (writer: NetlinkWriter) => void,
    parse: (message: MessageReader) => T | null,
    values: T[],
  ): boolean {
    const sequence = this.#ask(type, NLM_F_DUMP, write);
    let whole = true;
    for (let done = false; !done;) {
      const reader = this.#receive();
      while (!done && reader.next()) {
        if (reader.sequence !== sequence) continue;
        if (reader.flags & NLM_F_DUMP_INTR) whole = false;
        if (reader.type === NLMSG_DONE || reader.type === NLMSG_ERROR) {
          const { errno, detail } = failureOf(reader);
          if (errno !== 0) throw new SysError("dump", errno, this.#socket.what, { detail });
          done = true;
        } else {
          const value = parse(reader);
          if (value !== null) values.push(value);
        }
      }
      this.#checkReader(reader);
    }
    return whole;
  }

  #ask(type: number, flags: number, write: (writer: NetlinkWriter) => void): number {
    const sequence = this.#takeSequences(1);
    this.#request.clear();
    this.#request.begin(type, flags | NLM_F_REQUEST, sequence);
    write(this.#request);
    this.#request.end();
    this.#send(new Pinned(this.#request.memory.bytes.subarray(0, this.#request.length)));
    return sequence;
  }

  #send(message: Pinned): void {
    for (;;) {
      const result = libc.send(this.#socket.fd, message.pointer, message.size, 0);
      if (result === -ERRNO.EINTR) continue;
      this.#socket.check(result, "send");
      return;
    }
  }

  #receive(): MessageReader {
    for (;;) {
      const length = libc.recv(this.#socket.fd, this.#reply.pointer, this.#reply.size, MSG_TRUNC);
      if (length === -ERRNO.EINTR) continue;
      if (length === -ERRNO.EAGAIN) {
        throw new SysError("recv", ERRNO.ETIMEDOUT, this.#socket.what, {
          detail: `no answer within ${REPLY_TIMEOUT_S} s`,
        });
      }
      this.#socket.check(length, "recv");
      if (length > this.#reply.size) {
        throw new SysError("recv", ERRNO.EMSGSIZE, this.#socket.what, {
          detail: `${length} bytes`,
        });
      }
      return new MessageReader(this.#reply.view, length);
    }
  }

  #checkReader(reader: MessageReader): void {
    if (reader.error !== null) {
      throw new VipdError("netlink", `${this.#socket.what}: ${reader.error}`, {
        hint: "the kernel sent something this version of vipd does not understand: report it",
      });
    }
  }

  #takeSequences(count: number): number {
    // 0 is never used: the kernel's own announcements carry it.
    if (this.#sequence + count > 0xffff_ffff) this.#sequence = 1;
    const first = this.#sequence;
    this.#sequence += count;
    return first;
  }
}

/** Errno and text of an NLMSG_ERROR or NLMSG_DONE; errno 0 is the acknowledgement. */
export function failureOf(message: MessageReader): NetlinkFailure {
  // A DONE without payload is legal.
  if (message.type === NLMSG_DONE && message.end - message.start < 4) {
    return { errno: 0, detail: "" };
  }
  if (!message.has(4)) return { errno: ERRNO.EPROTO, detail: "answer cut off" };
  const { view, start, end } = message;
  const errno = -view.getInt32(start, LITTLE_ENDIAN);
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno, detail: "" };
  let skip = 4;
  if (message.type === NLMSG_ERROR) {
    if (!message.has(4 + NLMSG_HEADER_SIZE)) return { errno, detail: "" };
    const request = view.getUint32(start + 4 + NLMSG.LENGTH, LITTLE_ENDIAN);
    skip += message.flags & NLM_F_CAPPED ? NLMSG_HEADER_SIZE : align4(request);
  }
  let detail = "";
  const attributes = new AttributeReader(view, start + skip, end);
  while (attributes.next()) {
    if (attributes.type === NLMSGERR_ATTR_MSG) detail = attributes.string();
  }
  return { errno, detail };
}
