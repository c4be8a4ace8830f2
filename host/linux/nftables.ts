// The packet filter of the user-space director: an inet table of our own whose prerouting chain drops
// the packets of balanced services before the local stack sees them. AF_PACKET sockets have seen them
// already. By nf_tables netlink: it is a handful of messages, needs no nft binary, and the table can
// belong to our socket (NFT_TABLE_F_OWNER): the kernel removes it when the process dies, however it
// dies, so that a killed director does not leave its services cut off. What nft(8) shows of it:
//
//   table inet vipd_director { # progname vipd
//     set services4 { typeof ip daddr . ip protocol . th dport }
//     set services6 { ... }
//     chain prerouting { type filter hook prerouting priority raw; policy accept;
//       iif != "lo" ip daddr . meta l4proto . th dport @services4 counter drop
//       iif != "lo" ip6 daddr . meta l4proto . th dport @services6 counter drop } }
//
// What comes by lo passes: the director delivers there what is for a real server on this machine.

import { ERRNO } from "../base/errno.ts";
import { AF_INET, AF_INET6, type Family } from "../base/address.ts";
import { SysError } from "../base/errors.ts";
import { type NetlinkWriter, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "./netlink.ts";
import { Batch, NETLINK_NETFILTER, NetlinkSocket } from "./netlink_socket.ts";
import { Descriptor } from "./socket.ts";

const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFNL_SUBSYS_NFTABLES = 10;
const NFPROTO_INET = 1;
const NF_INET_PRE_ROUTING = 0;
const NF_DROP = 0;
const NF_ACCEPT = 1;
/** NF_IP_PRI_RAW: before connection tracking sees the packet. */
const PRIORITY_RAW = -300;

const MESSAGE = {
  NEW_TABLE: 0,
  DEL_TABLE: 2,
  NEW_CHAIN: 3,
  NEW_RULE: 6,
  NEW_SET: 9,
  NEW_ELEMENTS: 12,
  DEL_ELEMENTS: 14,
} as const;

/** Dies with its socket; since Linux 5.12. */
const NFT_TABLE_F_OWNER = 0x2;

const TABLE = { NAME: 1, FLAGS: 2 } as const;
const CHAIN = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 } as const;
const HOOK = { NUMBER: 1, PRIORITY: 2 } as const;
const SET = { TABLE: 1, NAME: 2, FLAGS: 3, KEY_TYPE: 4, KEY_LENGTH: 5, ID: 10 } as const;
const ELEMENTS = { TABLE: 1, SET: 2, LIST: 3 } as const;
const ELEMENT_KEY = 1;
const RULE = { TABLE: 1, CHAIN: 2, EXPRESSIONS: 4 } as const;
const EXPRESSION = { NAME: 1, DATA: 2 } as const;
const LIST_ELEMENT = 1;
const DATA = { VALUE: 1, VERDICT: 2 } as const;
const VERDICT_CODE = 1;
const META = { REGISTER: 1, KEY: 2 } as const;
const COMPARE = { REGISTER: 1, OPERATOR: 2, DATA: 3 } as const;
const PAYLOAD = { REGISTER: 1, BASE: 2, OFFSET: 3, LENGTH: 4 } as const;
const LOOKUP = { SET: 1, REGISTER: 2 } as const;
const IMMEDIATE = { REGISTER: 1, DATA: 2 } as const;
const NFT_META_IIF = 4;
const NFT_META_NFPROTO = 15;
const NFT_META_L4PROTO = 16;
const NFT_CMP_EQ = 0;
const NFT_CMP_NEQ = 1;
/** The loopback interface has this index in every network namespace (LOOPBACK_IFINDEX). */
const LOOPBACK_IFINDEX = 1;
const NFT_PAYLOAD_NETWORK_HEADER = 1;
const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
/** Register for verdicts, and the first of the 4 byte registers. */
const NFT_REG_VERDICT = 0;
const NFT_REG32_00 = 8;

// Types of nft(8), six bits each, by which it knows how to print the keys.
const TYPE_IPV4_ADDRESS = 7;
const TYPE_IPV6_ADDRESS = 8;
const TYPE_PROTOCOL = 12;
const TYPE_PORT = 13;

/** Elements in one message: its list's length must fit 16 bits. */
const ELEMENT_COUNT_MAX = 500;

/** Per family: the set, where the destination address lies in the header, its size. */
const FAMILY = {
  [AF_INET]: { set: "services4", offset: 16, size: 4, type: TYPE_IPV4_ADDRESS },
  [AF_INET6]: { set: "services6", offset: 24, size: 16, type: TYPE_IPV6_ADDRESS },
} as const;

/** Name of the table unless the caller wants several. */
export const FILTER_TABLE = "vipd_director";

/** What is kept from the local stack. */
export interface FilteredService {
  family: Family;
  /** Destination address, network order. */
  address: Uint8Array;
  /** IPPROTO_: 6 TCP, 17 UDP, 132 SCTP. */
  protocol: number;
  port: number;
}

/** Our table in the packet filter. */
export class PacketFilter {
  readonly table: string;
  /** True when the kernel removes the table with this process. */
  readonly diesWithUs: boolean;
  readonly #netlink: NetlinkSocket;

  private constructor(netlink: NetlinkSocket, table: string, diesWithUs: boolean) {
    this.#netlink = netlink;
    this.table = table;
    this.diesWithUs = diesWithUs;
  }

  /**
   * Makes the table anew, empty; one of that name that a dead process left is replaced. Throws
   * SysError: EPERM also when the table belongs to a process that lives.
   */
  static open(table: string = FILTER_TABLE): PacketFilter {
    const netlink = new NetlinkSocket(NETLINK_NETFILTER, "nf_tables netlink socket");
    try {
      const refused = createTable(netlink, table, NFT_TABLE_F_OWNER);
      if (refused === null) return new PacketFilter(netlink, table, true);
      if (refused.errno !== ERRNO.EINVAL && refused.errno !== ERRNO.EOPNOTSUPP) throw refused;
      const again = createTable(netlink, table, 0);
      if (again !== null) throw again;
      return new PacketFilter(netlink, table, false);
    } catch (error) {
      netlink.close();
      throw error;
    }
  }

  /**
   * Descriptor of its netlink socket. Where the table dies with us, closing that number is enough to
   * remove it: how another thread does it for one that is dead.
   */
  get fd(): number {
    return this.#netlink.fd;
  }

  /** Removes the table of a dead thread of this process, by its filter's descriptor. Throws SysError. */
  static removeAbandoned(fd: number, table: string = FILTER_TABLE): void {
    new Descriptor(fd, "attach", "nf_tables netlink socket").close();
    // Where the table does not die with its socket, it is replaced and deleted.
    PacketFilter.open(table).close();
  }

  /**
   * Adds and removes services in one step. Adding one that is in is no failure; removing one that is
   * not in is (ENOENT), and then nothing is changed. Throws SysError.
   */
  apply(add: readonly FilteredService[], remove: readonly FilteredService[]): void {
    if (add.length === 0 && remove.length === 0) return;
    const batch = transaction((batch) => {
      this.#queueElements(batch, MESSAGE.DEL_ELEMENTS, 0, remove);
      this.#queueElements(batch, MESSAGE.NEW_ELEMENTS, NLM_F_CREATE, add);
    });
    const refused = commit(this.#netlink, batch, this.table);
    if (refused !== null) throw refused;
  }

  /** Deletes the table. Throws SysError; the socket is closed in any case. */
  close(): void {
    try {
      const batch = transaction((batch) => {
        queue(batch, "delete", MESSAGE.DEL_TABLE, 0, (writer) => {
          writer.attributeString(TABLE.NAME, this.table);
        });
      });
      const refused = commit(this.#netlink, batch, this.table);
      // Somebody flushed the ruleset: it is gone, which was the point.
      if (refused !== null && refused.errno !== ERRNO.ENOENT) throw refused;
    } finally {
      this.#netlink.close();
    }
  }

  #queueElements(
    batch: Batch<string>,
    message: number,
    flags: number,
    services: readonly FilteredService[],
  ): void {
    for (const family of [AF_INET, AF_INET6] as const) {
      const ours = services.filter((service) => service.family === family);
      for (let at = 0; at < ours.length; at += ELEMENT_COUNT_MAX) {
        const part = ours.slice(at, at + ELEMENT_COUNT_MAX);
        queue(batch, "elements", message, flags, (writer) => {
          writer.attributeString(ELEMENTS.TABLE, this.table);
          writer.attributeString(ELEMENTS.SET, FAMILY[family].set);
          nest(writer, ELEMENTS.LIST, () => part.forEach((one) => writeElement(writer, one)));
        });
      }
    }
  }
}

/** Null when the table, its sets, its chain and its rules stand; else why not. */
function createTable(netlink: NetlinkSocket, table: string, flags: number): SysError | null {
  const name = (writer: NetlinkWriter) => writer.attributeString(TABLE.NAME, table);
  const batch = transaction((batch) => {
    // Made, deleted and made again: whether one was there or not, this is a new one.
    queue(batch, "old table", MESSAGE.NEW_TABLE, NLM_F_CREATE, name);
    queue(batch, "old table", MESSAGE.DEL_TABLE, 0, name);
    queue(batch, "table", MESSAGE.NEW_TABLE, NLM_F_CREATE | NLM_F_EXCL, (writer) => {
      name(writer);
      writer.attributeBe32(TABLE.FLAGS, flags);
    });
    const families = [AF_INET, AF_INET6] as const;
    families.forEach((family, index) => {
      queue(batch, "set", MESSAGE.NEW_SET, NLM_F_CREATE | NLM_F_EXCL, (writer) => {
        const { set, size, type } = FAMILY[family];
        writer.attributeString(SET.TABLE, table);
        writer.attributeString(SET.NAME, set);
        writer.attributeBe32(SET.FLAGS, 0);
        writer.attributeBe32(SET.KEY_TYPE, (type << 12) | (TYPE_PROTOCOL << 6) | TYPE_PORT);
        writer.attributeBe32(SET.KEY_LENGTH, size + 8);
        writer.attributeBe32(SET.ID, index + 1);
      });
    });
    queue(batch, "chain", MESSAGE.NEW_CHAIN, NLM_F_CREATE, (writer) => writeChain(writer, table));
    for (const family of families) {
      queue(batch, "rule", MESSAGE.NEW_RULE, NLM_F_CREATE | NLM_F_APPEND, (writer) => {
        writeRule(writer, table, family);
      });
    }
  });
  return commit(netlink, batch, table);
}

function writeChain(writer: NetlinkWriter, table: string): void {
  writer.attributeString(CHAIN.TABLE, table);
  writer.attributeString(CHAIN.NAME, "prerouting");
  nest(writer, CHAIN.HOOK, () => {
    writer.attributeBe32(HOOK.NUMBER, NF_INET_PRE_ROUTING);
    writer.attributeBe32(HOOK.PRIORITY, PRIORITY_RAW >>> 0);
  });
  writer.attributeBe32(CHAIN.POLICY, NF_ACCEPT);
  writer.attributeString(CHAIN.TYPE, "filter");
}

/** nfproto == family; iif != lo; daddr . l4proto . dport in the family's set: count and drop. */
function writeRule(writer: NetlinkWriter, table: string, family: Family): void {
  const { set, offset, size } = FAMILY[family];
  const protocolRegister = NFT_REG32_00 + size / 4;
  writer.attributeString(RULE.TABLE, table);
  writer.attributeString(RULE.CHAIN, "prerouting");
  nest(writer, RULE.EXPRESSIONS, () => {
    expression(writer, "meta", () => {
      writer.attributeBe32(META.REGISTER, NFT_REG32_00);
      writer.attributeBe32(META.KEY, NFT_META_NFPROTO);
    });
    expression(writer, "cmp", () => {
      writer.attributeBe32(COMPARE.REGISTER, NFT_REG32_00);
      writer.attributeBe32(COMPARE.OPERATOR, NFT_CMP_EQ);
      nest(writer, COMPARE.DATA, () => writer.attributeU8(DATA.VALUE, family));
    });
    expression(writer, "meta", () => {
      writer.attributeBe32(META.REGISTER, NFT_REG32_00);
      writer.attributeBe32(META.KEY, NFT_META_IIF);
    });
    expression(writer, "cmp", () => {
      writer.attributeBe32(COMPARE.REGISTER, NFT_REG32_00);
      writer.attributeBe32(COMPARE.OPERATOR, NFT_CMP_NEQ);
      // A register of the kernel's own: host order.
      nest(writer, COMPARE.DATA, () => writer.attributeU32(DATA.VALUE, LOOPBACK_IFINDEX));
    });
    payload(writer, NFT_REG32_00, NFT_PAYLOAD_NETWORK_HEADER, offset, size);
    expression(writer, "meta", () => {
      writer.attributeBe32(META.REGISTER, protocolRegister);
      writer.attributeBe32(META.KEY, NFT_META_L4PROTO);
    });
    // TCP, UDP and SCTP all have the destination port at 2.
    payload(writer, protocolRegister + 1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
    expression(writer, "lookup", () => {
      writer.attributeString(LOOKUP.SET, set);
      writer.attributeBe32(LOOKUP.REGISTER, NFT_REG32_00);
    });
    expression(writer, "counter", () => {});
    expression(writer, "immediate", () => {
      writer.attributeBe32(IMMEDIATE.REGISTER, NFT_REG_VERDICT);
      nest(
        writer,
        IMMEDIATE.DATA,
        () => nest(writer, DATA.VERDICT, () => writer.attributeBe32(VERDICT_CODE, NF_DROP)),
      );
    });
  });
}

function payload(
  writer: NetlinkWriter,
  register: number,
  base: number,
  offset: number,
  length: number,
): void {
  expression(writer, "payload", () => {
    writer.attributeBe32(PAYLOAD.REGISTER, register);
    writer.attributeBe32(PAYLOAD.BASE, base);
    writer.attributeBe32(PAYLOAD.OFFSET, offset);
    writer.attributeBe32(PAYLOAD.LENGTH, length);
  });
}

function expression(writer: NetlinkWriter, name: string, write: () => void): void {
  nest(writer, LIST_ELEMENT, () => {
    writer.attributeString(EXPRESSION.NAME, name);
    nest(writer, EXPRESSION.DATA, write);
  });
}

/** Key of an element: address, protocol and port, each in whole 4 byte registers. */
function writeElement(writer: NetlinkWriter, service: FilteredService): void {
  nest(writer, LIST_ELEMENT, () =>
    nest(writer, ELEMENT_KEY, () => {
      writer.attributeHeader(DATA.VALUE, service.address.length + 8);
      writer.bytes(service.address);
      writer.u8(service.protocol);
      writer.zeros(3);
      writer.be16(service.port);
      writer.zeros(2);
    }));
}

function nest(writer: NetlinkWriter, type: number, write: () => void): void {
  const at = writer.openNested(type);
  write();
  writer.closeNested(at);
}

/** A batch with the brackets of a transaction around what `fill` queues. */
function transaction(fill: (batch: Batch<string>) => void): Batch<string> {
  const batch = new Batch<string>();
  const bracket = (writer: NetlinkWriter) => {
    writer.u8(0);
    writer.u8(0);
    writer.be16(NFNL_SUBSYS_NFTABLES);
  };
  batch.add("transaction", NFNL_MSG_BATCH_BEGIN, 0, bracket);
  fill(batch);
  batch.add("transaction", NFNL_MSG_BATCH_END, 0, bracket);
  return batch;
}

function queue(
  batch: Batch<string>,
  subject: string,
  message: number,
  flags: number,
  write: (writer: NetlinkWriter) => void,
): void {
  batch.add(subject, (NFNL_SUBSYS_NFTABLES << 8) | message, flags, (writer) => {
    writer.u8(NFPROTO_INET); // nfgenmsg {u8 family, u8 version, be16 resource}
    writer.u8(0);
    writer.be16(0);
    write(writer);
  });
}

function commit(netlink: NetlinkSocket, batch: Batch<string>, table: string): SysError | null {
  const [failure] = netlink.commitTransaction(batch);
  if (failure === undefined) return null;
  const { errno, detail, subject } = failure;
  const hint = errno === ERRNO.EPERM
    ? "run as root; if you are, another running process owns this table: stop the other director"
    : errno === ERRNO.EOPNOTSUPP || errno === ERRNO.EINVAL
    ? "the user-space director needs nf_tables: modprobe nf_tables, or a kernel with CONFIG_NF_TABLES"
    : undefined;
  return new SysError(`nf_tables ${subject} of`, errno, `inet ${table}`, {
    detail,
    ...(hint === undefined ? {} : { hint }),
  });
}
