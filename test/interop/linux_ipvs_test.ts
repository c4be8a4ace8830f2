// host/linux/ipvs.ts against the IPVS of a real kernel, in User-Mode Linux.

import { beforeAll, describe, expect, it } from "vitest";
import { runInUml } from "../lab/uml.ts";

interface Destination {
  address: string;
  weight: number;
}
interface Service {
  name: string;
  scheduler: string;
  destinations: Destination[];
}
// deno-lint-ignore no-explicit-any -- what the script prints, looked at field by field below
let seen: any;

beforeAll(async () => {
  const { code, output } = await runInUml({
    argv: [Deno.execPath(), "run", "-A", "test/interop/linux_ipvs_live.ts"],
  });
  expect(output).toMatch(/^\{.*\}$/m);
  seen = JSON.parse(output.trim().split("\n").at(-1)!);
  expect(code).toBe(0);
});

describe("Ipvs on a real kernel", () => {
  it("adds what ipvsadm then lists: IPv4, IPv6, fwmark, all methods, persistence", () => {
    expect(seen.absent).toBe(false);
    expect(seen.refusedAtFirst).toEqual([]);
    expect([...seen.ipvsadm].sort()).toEqual([
      "-A -f 7 -s rr -p 360 -M 255.255.255.0",
      "-A -t 10.0.0.1:80 -s wlc",
      "-A -u [fd00::1]:53 -s wrr",
      "-a -f 7 -r 10.0.0.23:0 -m -w 5",
      "-a -t 10.0.0.1:80 -r 10.0.0.21:80 -g -w 1",
      "-a -t 10.0.0.1:80 -r 10.0.0.22:80 -g -w 2",
      "-a -u [fd00::1]:53 -r [fd00::21]:53 -i -w 3 --tun-type gue --tun-port 6080 --tun-csum",
    ]);
  });

  it("reads back what it wrote", () => {
    const byName = (name: string) => seen.first.find((one: Service) => one.name === name);
    expect(byName("fwmark 7 IPv4")).toMatchObject({
      fwmark: 7,
      scheduler: "rr",
      timeoutS: 360,
      granularity: 24,
      flags: 3,
      destinations: [{ address: "10.0.0.23", port: 0, method: 0, weight: 5 }],
    });
    expect(byName("10.0.0.1:80 tcp").destinations).toMatchObject([
      { address: "10.0.0.22", weight: 2, upperThreshold: 100, method: 3 },
      { address: "10.0.0.21", weight: 1, upperThreshold: 0, method: 3 },
    ]);
    expect(byName("[fd00::1]:53 udp")).toMatchObject({
      granularity: 128,
      destinations: [{ method: 2, tunnel: { type: 1, port: 6080, flags: 1 } }],
    });
    expect(seen.timeouts).toEqual({ tcpS: 901, tcpFinS: 121, udpS: 301 });
  });

  it("changes and removes", () => {
    expect(seen.refusedThen).toEqual([]);
    const names = seen.second.map((one: Service) => one.name).sort();
    expect(names).toEqual(["10.0.0.1:80 tcp", "fwmark 7 IPv4"]);
    const web = seen.second.find((one: Service) => one.name === "10.0.0.1:80 tcp");
    expect(web.scheduler).toBe("rr");
    expect(web.destinations).toMatchObject([{ address: "10.0.0.22", weight: 0 }]);
    expect([seen.refusedFlush, seen.left, seen.absentService]).toEqual([0, 0, 0]);
  });

  it("names every refused change of a batch and does the others", () => {
    expect(seen.refusals).toEqual([
      {
        kind: "service",
        errno: "EEXIST",
        message: "IPVS_CMD_NEW_SERVICE 10.0.0.1:80 tcp: file exists (EEXIST)",
      },
      {
        kind: "service",
        errno: "ENOENT",
        message: "IPVS_CMD_NEW_SERVICE 10.0.0.2:80 tcp: no such file or directory (ENOENT)",
      },
      {
        kind: "destination",
        errno: "ESRCH",
        message: "IPVS_CMD_NEW_DEST [fd00::22]:53 of [fd00::1]:53 udp: no such process (ESRCH)",
      },
      {
        kind: "destination",
        errno: "ENOENT",
        message: "IPVS_CMD_DEL_DEST 10.0.0.29:80 of 10.0.0.1:80 tcp: " +
          "no such file or directory (ENOENT)",
      },
    ]);
  });

  it("programs 5100 objects in a few batches without losing one", () => {
    const { objects, read, weights, refused } = seen.rates;
    expect({ objects, read, weights, refused }).toEqual({
      objects: 5100,
      read: 5000,
      weights: 10_000,
      refused: 0,
    });
  });
});
