// Raw VRRP sockets, frame socket and packet socket between two namespaces joined by a veth pair.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERRNO } from "../../host/base/errno.ts";
import { parseIpv4, parseIpv6 } from "../../host/base/address.ts";
import { Epoll } from "../../host/linux/epoll.ts";
import { FrameSocket } from "../../host/linux/frame_socket.ts";
import { PACKET_HOST, PacketSocket, VNET_HEADER_SIZE } from "../../host/linux/packet_socket.ts";
import { Pinned } from "../../host/linux/pinned.ts";
import { VrrpReceiver, VrrpSender } from "../../host/linux/vrrp_socket.ts";
import { ifindexOf, ip, Namespaces, until, within } from "./linux_namespace.ts";

const GROUP4 = parseIpv4("224.0.100.18")!;
const GROUP6 = parseIpv6("ff02::12")!;
const FIELD = new Uint8Array(16);
const namespaces = new Namespaces();
let a = "";
let b = "";
let ifindexA = 0;
let ifindexB = 0;

/** An IPv4 packet of protocol 112 with `payload` behind a header whose checksum is left to the kernel. */
function ipv4Packet(destination: Uint8Array, payload: Uint8Array, ttl = 255): Pinned {
  const packet = Pinned.of(20 + payload.length);
  packet.bytes.set([0x45, 0xc0, 0, 0, 0x12, 0x34, 0, 0, ttl, 112, 0, 0]);
  packet.view.setUint16(2, packet.size);
  packet.bytes.set(parseIpv4("10.7.0.1")!, 12);
  packet.bytes.set(destination, 16);
  packet.bytes.set(payload, 20);
  return packet;
}

function field(address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(address);
  return bytes;
}

/** What waits on a receiver after the packets had time to arrive. */
async function receiveOne(receiver: VrrpReceiver, into: Pinned): Promise<number> {
  const epoll = new Epoll();
  try {
    epoll.add(receiver.fd, 0);
    await until("a packet", () => epoll.wait(0) === 1);
  } finally {
    epoll.close();
  }
  return receiver.receive(into);
}

const options = (family: 2 | 10, side: "a" | "b") => ({
  family,
  ifindex: side === "a" ? ifindexA : ifindexB,
  interfaceName: "eth0",
});

beforeAll(async () => {
  a = namespaces.add("a");
  b = namespaces.add("b");
  namespaces.join(a, b);
  ip(`-n ${a} addr add 10.7.0.1/24 dev eth0`);
  ip(`-n ${b} addr add 10.7.0.2/24 dev eth0`);
  ip(`-n ${a} addr add fe80::a/64 dev eth0 nodad`);
  ip(`-n ${b} addr add fe80::b/64 dev eth0 nodad`);
  ifindexA = ifindexOf(a, "eth0");
  ifindexB = ifindexOf(b, "eth0");
  // The kernel's own link local addresses are tentative for a while.
  await new Promise((resolve) => setTimeout(resolve, 100));
});

afterAll(() => namespaces.remove());

describe("VrrpReceiver and VrrpSender, IPv4", () => {
  it("carry a packet with its header, the kernel filling checksum and nothing else", async () => {
    const receiver = within(
      b,
      () => VrrpReceiver.open({ ...options(2, "b"), group: GROUP4 }),
    );
    const echo = within(a, () => VrrpReceiver.open({ ...options(2, "a"), group: GROUP4 }));
    const sender = within(a, () => VrrpSender.open(options(2, "a")));
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      const into = new Pinned(new Uint8Array(memory.buffer, 4096, 2048));
      expect(receiver.receive(into)).toBe(-ERRNO.EAGAIN);
      const payload = Uint8Array.of(0x21, 51, 100, 0, 0, 1, 0xab, 0xcd);
      const packet = ipv4Packet(GROUP4, payload);
      expect(sender.send(packet, packet.size, field(GROUP4), FIELD)).toBe(0);
      expect(await receiveOne(receiver, into)).toBe(28);
      const want = packet.bytes.slice();
      want.set(into.bytes.subarray(10, 12), 10);
      expect(into.bytes.subarray(0, 28)).toEqual(want);
      let sum = 0;
      for (let at = 0; at < 20; at += 2) sum += into.view.getUint16(at);
      expect((sum & 0xffff) + (sum >> 16)).toBe(0xffff);
      // IP_MULTICAST_LOOP 0: the sender's own machine hears nothing.
      expect(echo.receive(into)).toBe(-ERRNO.EAGAIN);
    } finally {
      [receiver, echo, sender].forEach((socket) => socket.close());
    }
  });

  it("hand over any TTL, and only packets to their own group", async () => {
    const other = parseIpv4("224.0.0.18")!;
    const [ours, theirs] = within(b, () => [
      VrrpReceiver.open({ ...options(2, "b"), group: GROUP4 }),
      VrrpReceiver.open({ ...options(2, "b"), group: other }),
    ]) as [VrrpReceiver, VrrpReceiver];
    const sender = within(a, () => VrrpSender.open(options(2, "a")));
    try {
      const into = Pinned.of(1500);
      const packet = ipv4Packet(other, new Uint8Array(8), 254);
      expect(sender.send(packet, packet.size, field(other), FIELD)).toBe(0);
      expect(await receiveOne(theirs, into)).toBe(28);
      expect(into.bytes[8]).toBe(254);
      expect(ours.receive(into)).toBe(-ERRNO.EAGAIN);
    } finally {
      [ours, theirs, sender].forEach((socket) => socket.close());
    }
  });

  it("receive() answers -EMSGSIZE for a packet larger than the range, then the next one", async () => {
    const receiver = within(b, () => VrrpReceiver.open({ ...options(2, "b"), group: GROUP4 }));
    const sender = within(a, () => VrrpSender.open(options(2, "a")));
    try {
      const into = Pinned.of(64);
      const large = ipv4Packet(GROUP4, new Uint8Array(100));
      const small = ipv4Packet(GROUP4, new Uint8Array(8));
      sender.send(large, large.size, field(GROUP4), FIELD);
      sender.send(small, small.size, field(GROUP4), FIELD);
      expect(await receiveOne(receiver, into)).toBe(-ERRNO.EMSGSIZE);
      expect(await receiveOne(receiver, into)).toBe(28);
    } finally {
      [receiver, sender].forEach((socket) => socket.close());
    }
  });

  it("work again after the link was down, the sender saying -ENETUNREACH meanwhile", async () => {
    const receiver = within(b, () => VrrpReceiver.open({ ...options(2, "b"), group: GROUP4 }));
    const sender = within(a, () => VrrpSender.open(options(2, "a")));
    try {
      const packet = ipv4Packet(GROUP4, new Uint8Array(8));
      ip(`-n ${a} link set eth0 down`);
      expect(sender.send(packet, packet.size, field(GROUP4), FIELD)).toBe(-ERRNO.ENETUNREACH);
      ip(`-n ${a} link set eth0 up`);
      await until(
        "the link is back",
        () => sender.send(packet, packet.size, field(GROUP4), FIELD) === 0,
      );
      expect(await receiveOne(receiver, Pinned.of(1500))).toBe(28);
    } finally {
      [receiver, sender].forEach((socket) => socket.close());
      ip(`-n ${a} addr replace fe80::a/64 dev eth0 nodad`);
    }
  });
});

describe("VrrpReceiver and VrrpSender, IPv6", () => {
  it("carry a message with the source we name, hop limit 255 and the core's checksum", async () => {
    const receiver = within(b, () => VrrpReceiver.open({ ...options(10, "b"), group: GROUP6 }));
    const sender = within(a, () => VrrpSender.open(options(10, "a")));
    try {
      const into = Pinned.of(1500);
      const message = Pinned.of(24);
      message.bytes.set([0x31, 52, 100, 1, 0, 100, 0xde, 0xad]);
      const source = parseIpv6("fe80::a")!;
      await until("the source is ready", () => sender.send(message, 24, GROUP6, source) === 0);
      expect(await receiveOne(receiver, into)).toBe(24);
      // A wrong checksum crosses both kernels as it is: judging it is the core's work.
      expect(into.bytes.subarray(0, 24)).toEqual(message.bytes);
      expect(receiver.source).toEqual(source);
      expect(receiver.destination).toEqual(GROUP6);
      expect(receiver.hopLimit).toBe(255);
      // The second receive reuses everything: another range, another packet.
      const second = Pinned.of(100);
      message.bytes[1] = 53;
      expect(sender.send(message, 20, GROUP6, source)).toBe(0);
      expect(await receiveOne(receiver, second)).toBe(20);
      expect(second.bytes[1]).toBe(53);
      expect(receiver.receive(second)).toBe(-ERRNO.EAGAIN);
    } finally {
      [receiver, sender].forEach((socket) => socket.close());
    }
  });

  it("send() refuses a source that the interface does not hold", () => {
    const sender = within(a, () => VrrpSender.open(options(10, "a")));
    try {
      const message = Pinned.of(24);
      expect(sender.send(message, 24, GROUP6, parseIpv6("fe80::99")!)).toBe(-ERRNO.EINVAL);
    } finally {
      sender.close();
    }
  });
});

describe("VrrpReceiver.open()", () => {
  it("says call, errno and interface for an interface that is not there", () => {
    expect(() =>
      within(
        b,
        () => VrrpReceiver.open({ family: 2, ifindex: 9999, interfaceName: "eth9", group: GROUP4 }),
      )
    ).toThrow(/setsockopt IP_ADD_MEMBERSHIP raw VRRP IPv4 receive socket on eth9.*ENODEV/);
  });
});

describe("FrameSocket and PacketSocket", () => {
  it("carry a frame from one side to the other, virtio-net header in front", async () => {
    const packets = within(b, () => PacketSocket.open(ifindexB, "eth0"));
    const frames = within(a, () => new FrameSocket());
    const epoll = new Epoll();
    try {
      const into = Pinned.of(2048);
      while (packets.receive(into) >= 0);
      const frame = Pinned.of(60);
      frame.bytes.fill(0x5a, 14);
      frame.bytes.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
      expect(frames.send(ifindexA, frame, 60)).toBe(0);
      epoll.add(packets.fd, 0);
      await until("our frame", () => {
        const length = packets.receive(into);
        return length === VNET_HEADER_SIZE + 60 && into.bytes[VNET_HEADER_SIZE + 12] === 0x88;
      });
      expect(into.bytes.subarray(VNET_HEADER_SIZE, VNET_HEADER_SIZE + 60)).toEqual(frame.bytes);
      expect(packets.packetType).toBe(1);
      expect(packets.takeDropped()).toBe(0);
    } finally {
      epoll.close();
      frames.close();
      packets.close();
    }
  });

  it("PacketSocket sends what it received and does not hear its own frames", async () => {
    const [one, two] = [
      within(a, () => PacketSocket.open(ifindexA, "eth0")),
      within(b, () => PacketSocket.open(ifindexB, "eth0")),
    ];
    try {
      const macB = JSON.parse(ip(`-n ${b} -j link show dev eth0`))[0].address as string;
      const into = Pinned.of(70_000);
      const frame = Pinned.of(VNET_HEADER_SIZE + 60);
      frame.bytes.set(macB.split(":").map((part) => parseInt(part, 16)), VNET_HEADER_SIZE);
      frame.bytes.set([0x88, 0xb5, 0x77], VNET_HEADER_SIZE + 12);
      expect(one.send(frame, frame.size)).toBe(0);
      await until("the frame on the other side", () => {
        const length = two.receive(into);
        return length === frame.size && into.bytes[VNET_HEADER_SIZE + 14] === 0x77;
      });
      expect(two.packetType).toBe(PACKET_HOST);
      for (let length = one.receive(into); length >= 0; length = one.receive(into)) {
        expect(into.bytes[VNET_HEADER_SIZE + 14]).not.toBe(0x77);
      }
    } finally {
      one.close();
      two.close();
    }
  });

  it("PacketSocket passes GSO frames and partial checksums on: 1 MiB of TCP both ways", async () => {
    const [left, middle, right] = ["l", "m", "r"].map((name) => namespaces.add(name)) as [
      string,
      string,
      string,
    ];
    for (const [end, device] of [[left, "left"], [right, "right"]] as const) {
      ip(`-n ${end} link add eth0 type veth peer name ${device} netns ${middle}`);
      ip(`-n ${end} link set eth0 up`);
      ip(`-n ${middle} link set ${device} up`);
    }
    ip(`-n ${left} addr add 10.5.0.1/24 dev eth0`);
    ip(`-n ${right} addr add 10.5.0.2/24 dev eth0`);
    const sockets = ["left", "right"].map((device) =>
      within(middle, () => PacketSocket.open(ifindexOf(middle, device), device))
    ) as [PacketSocket, PacketSocket];
    const listener = within(right, () => Deno.listen({ hostname: "10.5.0.2", port: 8000 }));
    const frame = Pinned.of(65_536 + 256);
    let largest = 0;
    let refused = 0;
    const forwarder = setInterval(() => {
      for (const [from, to] of [[0, 1], [1, 0]] as const) {
        for (
          let length = sockets[from].receive(frame);
          length >= 0;
          length = sockets[from].receive(frame)
        ) {
          largest = Math.max(largest, length);
          if (sockets[to].send(frame, length) !== 0) refused++;
        }
      }
    }, 1);
    const size = 1 << 20;
    const program = `
      const connection = await Deno.connect({ hostname: "10.5.0.2", port: 8000 });
      const writing = (async () => {
        const data = new Uint8Array(${size});
        for (let at = 0; at < data.length;) at += await connection.write(data.subarray(at));
        await connection.closeWrite();
      })();
      let back = 0;
      const part = new Uint8Array(65536);
      for (let n = await connection.read(part); n !== null; n = await connection.read(part)) back += n;
      await writing;
      console.log(back);`;
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", left, "timeout", "20", Deno.execPath(), "eval", program],
      stdin: "null",
    }).output();
    try {
      const connection = await listener.accept();
      await connection.readable.pipeTo(connection.writable);
      expect(new TextDecoder().decode((await child).stdout).trim()).toBe(String(size));
      expect(largest).toBeGreaterThan(10_000);
      expect(refused).toBe(0);
      expect(sockets.map((socket) => socket.takeDropped())).toEqual([0, 0]);
    } finally {
      clearInterval(forwarder);
      listener.close();
      sockets.forEach((socket) => socket.close());
    }
  });

  it("answer an errno for an interface that is gone", () => {
    const frames = within(a, () => new FrameSocket());
    try {
      expect(frames.send(9999, Pinned.of(60), 60)).toBe(-ERRNO.ENXIO);
      expect(() => within(a, () => PacketSocket.open(9999, "eth9"))).toThrow(/ENODEV/);
    } finally {
      frames.close();
    }
  });
});
