import { afterEach, describe, expect, it } from "vitest";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import { AF_UNIX, Descriptor, MSG_DONTWAIT, SOCK_DGRAM } from "./socket.ts";
import { UnixDatagram } from "./unix_datagram.ts";

const ENCODER = new TextEncoder();
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) Deno.removeSync(folder, { recursive: true });
});

function place(): string {
  const folder = Deno.makeTempDirSync();
  folders.push(folder);
  return `${folder}/socket`;
}

describe("UnixDatagram", () => {
  it("delivers datagrams whole and in order to a path, the empty one too", async () => {
    const path = place();
    const listener = Deno.listenDatagram({ transport: "unixpacket", path });
    const sender = new UnixDatagram(path);
    try {
      for (const text of ["READY=1", "", "second"]) {
        expect(sender.send(ENCODER.encode(text))).toBe(null);
        const [bytes] = await listener.receive();
        expect(new TextDecoder().decode(bytes)).toBe(text);
      }
    } finally {
      sender.close();
      listener.close();
    }
  });

  it("reaches a name in the abstract namespace", () => {
    const name = `vipd-test-${Deno.pid}`;
    const address = Pinned.of(2 + 1 + name.length);
    address.view.setUint16(0, AF_UNIX, true);
    address.bytes.set(ENCODER.encode(name), 3);
    const listener = Descriptor.socket(AF_UNIX, SOCK_DGRAM, 0, "listener");
    const sender = new UnixDatagram(`@${name}`);
    try {
      listener.bind(address);
      expect(sender.send(ENCODER.encode("WATCHDOG=1"))).toBe(null);
      const into = Pinned.of(100);
      const length = libc.recv(listener.fd, into.pointer, into.size, MSG_DONTWAIT);
      expect(new TextDecoder().decode(into.bytes.subarray(0, length))).toBe("WATCHDOG=1");
    } finally {
      sender.close();
      listener.close();
    }
  });

  it("answers why a datagram did not go out, and goes on when somebody listens", async () => {
    const path = place();
    const sender = new UnixDatagram(path);
    try {
      expect(sender.send(ENCODER.encode("x"))).toMatchObject({ errnoName: "ENOENT" });
      const listener = Deno.listenDatagram({ transport: "unixpacket", path });
      expect(sender.send(ENCODER.encode("y"))).toBe(null);
      expect(sender.send(new Uint8Array(1 << 22))).toMatchObject({ errnoName: "EMSGSIZE" });
      // A reader that sleeps: the send neither blocks nor lasts.
      let lost = null;
      for (let i = 0; i < 100_000 && lost === null; i++) lost = sender.send(ENCODER.encode("z"));
      expect(lost).toMatchObject({ errnoName: "EAGAIN" });
      const [bytes] = await listener.receive();
      expect(new TextDecoder().decode(bytes)).toBe("y");
      listener.close();
      expect(sender.send(ENCODER.encode("x"))).toMatchObject({ errnoName: "ECONNREFUSED" });
    } finally {
      sender.close();
    }
  });

  it("refuses a path that is too long", () => {
    expect(() => new UnixDatagram("/" + "x".repeat(107))).toThrow(/ENAMETOOLONG/);
    expect(() => new UnixDatagram("")).toThrow(/ENAMETOOLONG/);
  });
});
