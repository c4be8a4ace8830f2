// Makes the golden packets: keepalived and the kernel send them in network namespaces of their own,
// tcpdump takes them at the other end of the wire, tshark decodes them. Root and Debian's keepalived,
// tcpdump and tshark are needed. Nothing runs this but a person who wants new packets:
//
//   deno run -A test/golden/capture.ts

import { execFileSync, spawn, type SpawnOptions } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatGolden } from "./golden.ts";
import { fieldsOfTshark, TSHARK_FIELDS } from "./tshark.ts";

const SENDER = "golden-a";
const RECEIVER = "golden-b";
const SENDER_LINK = "gold-a";
const RECEIVER_LINK = "gold-b";
/** Time for duplicate address detection of the link local addresses. */
const ADDRESS_SETTLE_MS = 2500;
/** Three of the longest intervals, the skew time and a few adverts. */
const MASTER_SETTLE_MS = 9000;
const CLOSE_SETTLE_MS = 1500;

const CONFIGURATION = `
global_defs {
  router_id golden
}
vrrp_instance pass {
  state MASTER
  interface ${SENDER_LINK}
  virtual_router_id 51
  priority 110
  authentication {
    auth_type PASS
    auth_pass 12345678
  }
  virtual_ipaddress {
    10.9.0.100/24
    10.9.0.101/24
  }
}
vrrp_instance none {
  state MASTER
  interface ${SENDER_LINK}
  virtual_router_id 52
  priority 120
  advert_int 2
  virtual_ipaddress {
    10.9.0.102/24
  }
}
vrrp_instance v3 {
  version 3
  state MASTER
  interface ${SENDER_LINK}
  virtual_router_id 53
  priority 110
  advert_int 0.5
  virtual_ipaddress {
    10.9.0.103/24
  }
}
vrrp_instance v3ipv6 {
  version 3
  state MASTER
  interface ${SENDER_LINK}
  virtual_router_id 54
  priority 110
  advert_int 0.5
  virtual_ipaddress {
    fe80::99/64
    fd00:9::99/64
  }
}
`;

interface Wanted {
  name: string;
  title: string;
  standard: string;
  source: string;
  /** Display filter of tshark; the first frame that it lets through is taken. */
  filter: string;
  /** Whether the sender forwarded IPv6 when it sent this. */
  forwarding?: boolean;
}

const keepalived = tool("keepalived", ["--version"], /Keepalived v([0-9.]+)/, "keepalived ");
const tshark = tool("tshark", ["--version"], /TShark \(Wireshark\) ([0-9.]+)/, "TShark ");
const kernel = "Linux kernel";

const VRRP_V2 = "RFC 3768 5.3, RFC 2338 5.3.6";
const VRRP_V3 = "RFC 9568 5.2";
const WANTED: Wanted[] = [
  vrrp("vrrp2_pass", "VRRPv2 with a password and two addresses", VRRP_V2, 51, 110),
  vrrp("vrrp2_pass_resign", "VRRPv2 with a password, priority 0", VRRP_V2, 51, 0),
  vrrp("vrrp2_none", "VRRPv2 without authentication", VRRP_V2, 52, 120),
  vrrp("vrrp2_none_resign", "VRRPv2 without authentication, priority 0", VRRP_V2, 52, 0),
  vrrp("vrrp3_ipv4", "VRRPv3 over IPv4", VRRP_V3, 53, 110),
  vrrp("vrrp3_ipv4_resign", "VRRPv3 over IPv4, priority 0", VRRP_V3, 53, 0),
  vrrp("vrrp3_ipv6", "VRRPv3 over IPv6 with two addresses", VRRP_V3, 54, 110),
  vrrp("vrrp3_ipv6_resign", "VRRPv3 over IPv6, priority 0", VRRP_V3, 54, 0),
  {
    name: "arp_gratuitous",
    title: "gratuitous ARP request",
    standard: "RFC 826, RFC 5227 3, RFC 9568 8.1.2",
    source: keepalived,
    filter: "arp.src.proto_ipv4 == 10.9.0.100 && arp.dst.proto_ipv4 == 10.9.0.100",
  },
  {
    name: "arp_reply",
    title: "ARP reply to one host",
    standard: "RFC 826",
    source: kernel,
    filter: "arp.opcode == 2 && arp.src.proto_ipv4 == 10.9.0.2",
  },
  {
    name: "neighbour_advertisement",
    title: "unsolicited neighbour advertisement of a host",
    standard: "RFC 4861 4.4, 7.2.6",
    source: keepalived,
    filter: "icmpv6.nd.na.target_address == fd00:9::99",
  },
  {
    name: "neighbour_advertisement_router",
    title: "unsolicited neighbour advertisement of a router",
    standard: "RFC 4861 4.4, 7.2.6",
    source: keepalived,
    filter: "icmpv6.nd.na.target_address == fe80::99",
    forwarding: true,
  },
  {
    name: "tcp_ipv4_syn",
    title: "TCP over IPv4, SYN with options",
    standard: "RFC 9293 3.1",
    source: kernel,
    filter: "ip && tcp.flags.syn == 1 && tcp.dstport == 5001",
  },
  {
    name: "tcp_ipv6_rst",
    title: "TCP over IPv6, the answer of a closed port",
    standard: "RFC 9293 3.1, 3.5.2",
    source: kernel,
    filter: "ipv6 && tcp.flags.reset == 1 && tcp.srcport == 5001",
  },
  {
    name: "udp_ipv4",
    title: "UDP over IPv4 with an odd number of bytes",
    standard: "RFC 768",
    source: kernel,
    filter: "ip && udp.dstport == 5000 && !icmp",
  },
  {
    name: "udp_ipv6",
    title: "UDP over IPv6 with an odd number of bytes",
    standard: "RFC 768, RFC 8200 8.1",
    source: kernel,
    filter: "ipv6 && udp.dstport == 5000 && !icmpv6",
  },
];

function vrrp(
  name: string,
  title: string,
  standard: string,
  vrid: number,
  priority: number,
): Wanted {
  const filter = `vrrp.virt_rtr_id == ${vrid} && vrrp.prio == ${priority}`;
  return { name, title, standard, source: keepalived, filter };
}

function tool(name: string, args: string[], version: RegExp, shown: string): string {
  // keepalived prints its version to stderr.
  const text = execFileSync("sh", ["-c", `${name} ${args.join(" ")} 2>&1`], { encoding: "utf8" });
  return shown + (version.exec(text)?.[1] ?? "of unknown version");
}

function run(command: string): void {
  const [file, ...args] = command.split(" ");
  execFileSync(file!, args, { stdio: "inherit" });
}

function inNamespace(name: string, command: string): void {
  execFileSync("ip", ["netns", "exec", name, "sh", "-c", command], { stdio: "inherit" });
}

function start(name: string, command: string[], options: SpawnOptions = {}) {
  const child = spawn("ip", ["netns", "exec", name, ...command], { stdio: "ignore", ...options });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return { stop: () => (child.kill("SIGTERM"), ended) };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function build(): void {
  run(`ip netns add ${SENDER}`);
  run(`ip netns add ${RECEIVER}`);
  run(
    `ip link add ${SENDER_LINK} netns ${SENDER} type veth peer name ${RECEIVER_LINK} netns ${RECEIVER}`,
  );
  for (const [name, link, host] of [[SENDER, SENDER_LINK, 1], [RECEIVER, RECEIVER_LINK, 2]]) {
    // Without path MTU discovery the kernel leaves the don't fragment bit, which no codec sends, alone.
    inNamespace(
      `${name}`,
      "sysctl -qw net.ipv4.ip_no_pmtu_disc=1 net.ipv6.auto_flowlabels=0 net.ipv6.flowlabel_reflect=0",
    );
    run(`ip -n ${name} link set lo up`);
    run(`ip -n ${name} addr add 10.9.0.${host}/24 dev ${link}`);
    run(`ip -n ${name} addr add fd00:9::${host}/64 dev ${link} nodad`);
    run(`ip -n ${name} link set ${link} address 02:00:00:00:00:0${host} up`);
    run(
      `ip netns exec ${name} ${Deno.execPath()} run -A ${
        fileURLToPath(new URL("checksum_offload.ts", import.meta.url))
      } ${link}`,
    );
  }
}

function tearDown(): void {
  for (const name of [SENDER, RECEIVER]) {
    execFileSync("sh", ["-c", `ip netns del ${name} 2>/dev/null || true`]);
  }
}

/** Runs keepalived and the kernel's senders once; returns the capture file. */
async function capture(folder: string, forwarding: boolean): Promise<string> {
  const pcap = join(folder, `${forwarding}.pcap`);
  const conf = join(folder, "keepalived.conf");
  writeFileSync(conf, CONFIGURATION);
  try {
    build();
    inNamespace(
      SENDER,
      `sysctl -qw net.ipv6.conf.${SENDER_LINK}.forwarding=${forwarding ? 1 : 0}`,
    );
    await wait(ADDRESS_SETTLE_MS);
    const tcpdump = start(RECEIVER, ["tcpdump", "-i", RECEIVER_LINK, "-U", "-w", pcap]);
    await wait(CLOSE_SETTLE_MS);
    const pids = ["p", "r"].flatMap((word) => [`-${word}`, join(folder, `${word}.pid`)]);
    const daemon = start(SENDER, ["keepalived", "-P", "-n", "-f", conf, ...pids]);
    await wait(MASTER_SETTLE_MS);
    for (const address of ["10.9.0.2", "fd00:9::2"]) {
      const send = (transport: string, port: number) =>
        inNamespace(
          SENDER,
          `bash -c 'printf hello >/dev/${transport}/${address}/${port}' 2>/dev/null || true`,
        );
      send("udp", 5000);
      send("tcp", 5001);
    }
    await daemon.stop();
    await wait(CLOSE_SETTLE_MS);
    await tcpdump.stop();
  } finally {
    tearDown();
  }
  return pcap;
}

/** The first frame that a filter lets through, from tshark's view of the file. */
function take(pcap: string, wanted: Wanted): void {
  const tsharkOf = (args: string[]) =>
    execFileSync("tshark", ["-r", pcap, "-Y", wanted.filter, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const columns = TSHARK_FIELDS.flatMap((field) => ["-e", field]);
  const row = tsharkOf(["-T", "fields", "-E", "occurrence=a", ...columns]).split("\n")[0]!;
  const raw = JSON.parse(tsharkOf(["-T", "jsonraw", "-j", "frame", "-x"])) as {
    _source: { layers: { frame_raw: [string] } };
  }[];
  const frame = raw[0];
  if (frame === undefined) throw new Error(`${wanted.name}: no frame for ${wanted.filter}`);
  const digits = frame._source.layers.frame_raw[0];
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const header = {
    title: wanted.title,
    source: wanted.source,
    captured: "tcpdump at the other end of a veth pair between two network namespaces (capture.ts)",
    standard: wanted.standard,
    decoder: tshark,
  };
  const path = fileURLToPath(new URL(`${wanted.name}.hex`, import.meta.url));
  writeFileSync(path, formatGolden({ header, fields: fieldsOfTshark(row), bytes }));
}

const folder = mkdtempSync(join(tmpdir(), "golden-"));
try {
  for (const forwarding of [false, true]) {
    const pcap = await capture(folder, forwarding);
    for (const wanted of WANTED) {
      if ((wanted.forwarding ?? false) === forwarding) take(pcap, wanted);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
