// Route netlink on a real kernel: leases, echoes, the monitor, neighbours and routes.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../host/base/address.ts";
import { RouteSocket } from "../../host/linux/route.ts";
import { type RouteEvent, RouteMonitor } from "../../host/linux/route_monitor.ts";
import {
  type AddressRequest,
  IFA_F_DEPRECATED,
  IFA_F_NODAD,
  IFA_PROTO_VRRP,
  LIFETIME_FOREVER,
  NUD_VALID,
} from "../../host/linux/route_codec.ts";
import { ifindexOf, ip, Namespaces, until, within } from "./linux_namespace.ts";

const namespaces = new Namespaces();
let a = "";
let b = "";
let ifindex = 0;
let route: RouteSocket;
let monitor: RouteMonitor;
let events: RouteEvent[];

function request(text: string, change: Partial<AddressRequest> = {}): AddressRequest {
  const [address, prefix] = text.split("/") as [string, string];
  const { family, bytes } = parseAddress(address)!;
  return {
    ifindex,
    family,
    address: bytes,
    prefixLength: Number(prefix),
    scope: 0,
    flags: family === 10 ? IFA_F_NODAD : 0,
    lifetimeS: 30,
    preferredS: 0,
    ...change,
  };
}

/** Commits and throws what was refused. */
function commit(): void {
  for (const { error } of route.commit()) throw error;
}

function add(...requests: AddressRequest[]): void {
  requests.forEach((one) => route.queueAdd(one));
  commit();
}

function remove(...requests: AddressRequest[]): void {
  requests.forEach((one) => route.queueRemove(one));
  commit();
}

function readAll(): void {
  while (monitor.read((event) => events.push(event)) === "more");
}

/** Address events so far as "+10.7.0.100 own", the rest left out. */
async function addressEvents(count: number): Promise<string[]> {
  let words: string[] = [];
  await until(`${count} address events`, () => {
    readAll();
    words = events.flatMap((event) =>
      event.kind === "address"
        ? [
          (event.present ? "+" : "-") + formatAddress(event.address.address) +
          (event.own ? " own" : ""),
        ]
        : []
    );
    return words.length >= count;
  }).catch(() => {});
  return words;
}

function held(text: string) {
  return route.addresses().find((entry) => formatAddress(entry.address) === text);
}

beforeAll(async () => {
  a = namespaces.add("a");
  b = namespaces.add("b");
  namespaces.join(a, b);
  ip(`-n ${a} addr add 10.7.0.1/24 dev eth0`);
  ip(`-n ${b} addr add 10.7.0.2/24 dev eth0`);
  ip(`-n ${a} addr add fd07::1/64 dev eth0 nodad`);
  ifindex = ifindexOf(a, "eth0");
  await until(
    "link local address without DAD running",
    () =>
      !ip(`-n ${a} -6 addr show dev eth0`).includes("tentative") &&
      ip(`-n ${a} -6 addr show dev eth0`).includes("fe80"),
  );
});

afterAll(() => namespaces.remove());

beforeEach(() => {
  route = within(a, () => new RouteSocket());
  monitor = within(a, () => new RouteMonitor({ links: true, neighbours: true, own: route.own }));
  events = [];
});

afterEach(() => {
  monitor.close();
  route.close();
});

describe("RouteSocket addresses", () => {
  it("add, refresh and remove a lease, IPv4 with label and IPv6, as ip(8) shows it", () => {
    const v4 = request("10.7.0.100/32", { label: "eth0:vip", scope: 253, lifetimeS: 9 });
    const v6 = request("fd07::100/128", { lifetimeS: 9 });
    add(v4, v6);
    const shown = JSON.parse(ip(`-n ${a} -j addr show dev eth0`))[0].addr_info as {
      local: string;
    }[];
    expect(shown.find((entry) => entry.local === "10.7.0.100")).toMatchObject({
      prefixlen: 32,
      scope: "link",
      label: "eth0:vip",
      deprecated: true,
      valid_life_time: 9,
      preferred_life_time: 0,
    });
    expect(shown.find((entry) => entry.local === "fd07::100")).toMatchObject({
      prefixlen: 128,
      nodad: true,
      valid_life_time: 9,
      preferred_life_time: 0,
    });
    expect(held("10.7.0.100")).toMatchObject({ protocol: IFA_PROTO_VRRP, label: "eth0:vip" });
    add({ ...v4, lifetimeS: 60 }, { ...v6, lifetimeS: 60 });
    expect(held("10.7.0.100")?.validS).toBe(60);
    expect(held("fd07::100")?.validS).toBe(60);
    add({ ...v4, lifetimeS: 0 });
    expect(held("10.7.0.100")?.validS).toBe(LIFETIME_FOREVER);
    remove(v4, v6);
    expect(held("10.7.0.100")).toBeUndefined();
    expect(held("fd07::100")).toBeUndefined();
  });

  it("take the address away when the lease ends, and announce that as not ours", async () => {
    add(request("10.7.0.101/32", { lifetimeS: 1 }), request("fd07::101/128", { lifetimeS: 1 }));
    expect((await addressEvents(2)).sort()).toEqual(["+10.7.0.101 own", "+fd07::101 own"]);
    events = [];
    expect((await addressEvents(2)).sort()).toEqual(["-10.7.0.101", "-fd07::101"]);
    remove(request("10.7.0.101/32"));
  });

  it("name each refused change of a batch and do the others", () => {
    route.queueAdd(request("10.7.0.110/24"));
    route.queueAdd(request("10.7.0.111/33"));
    route.queueAdd(request("10.7.0.112/24", { lifetimeS: 5, preferredS: 9 }));
    route.queueAdd(request("10.7.0.113/24", { ifindex: 9999 }));
    route.queueAdd(request("10.7.0.114/24"));
    const failures = route.commit();
    expect(failures.map(({ operation, error }) => [operation, error.object, error.errnoName]))
      .toEqual([
        ["add", "10.7.0.111/33 on interface " + ifindex, "EINVAL"],
        ["add", "10.7.0.112/24 on interface " + ifindex, "EINVAL"],
        ["add", "10.7.0.113/24 on interface 9999", "ENODEV"],
      ]);
    expect(failures[0]!.error.message).toMatch(/^RTM_NEWADDR .*EINVAL: .*prefix/i);
    route.queueAdd(request("10.7.0.115/24", { scope: 253 }));
    expect(route.commit()[0]!.error.hint).toContain("the same scope");
    expect(held("10.7.0.110")).toBeDefined();
    expect(held("10.7.0.114")).toBeDefined();
    remove(request("10.7.0.110/24"), request("10.7.0.114/24"));
  });

  it("commit thousands in one call, and removing what is gone is no failure", () => {
    const many = Array.from(
      { length: 2000 },
      (_, i) => request(`10.8.${i >> 8}.${i & 255}/32`),
    );
    add(...many);
    expect(route.addresses().filter((entry) => entry.address[1] === 8)).toHaveLength(2000);
    remove(...many);
    remove(...many, request("fd07::dead/128"));
    expect(route.addresses().filter((entry) => entry.address[1] === 8)).toHaveLength(0);
    expect(route.commit()).toEqual([]);
  });
});

describe("preferredS 0", () => {
  it("keeps an IPv6 VIP from being chosen as source, which a preferred one is", async () => {
    const source = () =>
      /src (\S+)/.exec(ip(`-n ${a} -6 route get fd07::cafe from :: oif eth0`))?.[1];
    const vip = request("fd07::cafd/64");
    // Longest matching prefix with the destination: the VIP would win (RFC 6724 5, rule 8).
    add({ ...vip, preferredS: 30 });
    await until("the VIP to be usable", () => source() === "fd07::cafd");
    add(vip);
    expect(source()).toBe("fd07::1");
    remove(vip);
  });

  it("changes nothing for IPv4: the first address of a subnet is its source", () => {
    const vip = request("10.9.0.100/24");
    add(vip);
    ip(`-n ${a} addr add 10.9.0.1/24 dev eth0`);
    expect(ip(`-n ${a} route get 10.9.0.7`)).toContain("src 10.9.0.100");
    expect(held("10.9.0.100")!.flags & IFA_F_DEPRECATED).toBe(IFA_F_DEPRECATED);
    ip(`-n ${a} addr del 10.9.0.1/24 dev eth0`);
    remove(vip);
  });
});

describe("RouteMonitor", () => {
  it("marks the echoes of our own requests, and of nobody else's", async () => {
    const v4 = request("10.7.0.120/24");
    const v6 = request("fd07::120/128");
    // A new IPv6 address is announced by a work queue, a little after the acknowledgement.
    add(v4, v6);
    expect(await addressEvents(2)).toEqual(["+10.7.0.120 own", "+fd07::120 own"]);
    add(v4, v6);
    remove(v4, v6);
    expect((await addressEvents(6)).slice(2)).toEqual([
      "+10.7.0.120 own",
      "+fd07::120 own",
      "-10.7.0.120 own",
      "-fd07::120 own",
    ]);
    events = [];
    ip(`-n ${a} addr add 10.7.0.121/24 dev eth0`);
    ip(`-n ${a} addr add fd07::121/128 dev eth0 nodad`);
    expect(await addressEvents(2)).toEqual(["+10.7.0.121", "+fd07::121"]);
    ip(`-n ${a} addr del 10.7.0.121/24 dev eth0`);
    ip(`-n ${a} addr del fd07::121/128 dev eth0`);
    expect((await addressEvents(4)).slice(2)).toEqual(["-10.7.0.121", "-fd07::121"]);
  });

  it("tells the removal of our address by somebody else, and our vain one is no echo", async () => {
    const v4 = request("10.7.0.130/24");
    const v6 = request("fd07::130/128");
    add(v4, v6);
    expect(await addressEvents(2)).toEqual(["+10.7.0.130 own", "+fd07::130 own"]);
    ip(`-n ${a} addr del 10.7.0.130/24 dev eth0`);
    ip(`-n ${a} addr del fd07::130/128 dev eth0`);
    remove(v4, v6);
    expect((await addressEvents(4)).slice(2)).toEqual(["-10.7.0.130", "-fd07::130"]);
    // And the next removal is an echo again.
    events = [];
    add(v4, v6);
    expect(await addressEvents(2)).toEqual(["+10.7.0.130 own", "+fd07::130 own"]);
    remove(v4, v6);
    expect((await addressEvents(4)).slice(2)).toEqual(["-10.7.0.130 own", "-fd07::130 own"]);
  });

  it("tells as not ours what the kernel took along with the first address of a subnet", async () => {
    const [first, second] = [request("10.6.0.1/24"), request("10.6.0.2/24")];
    within(a, () => Deno.writeTextFileSync("/proc/sys/net/ipv4/conf/all/promote_secondaries", "0"));
    within(
      a,
      () => Deno.writeTextFileSync("/proc/sys/net/ipv4/conf/eth0/promote_secondaries", "0"),
    );
    add(first, second);
    remove(first);
    expect((await addressEvents(4)).slice(2).sort()).toEqual(["-10.6.0.1 own", "-10.6.0.2"]);
    remove(second);
  });

  it("tells links down, up, new and gone, with what LinkInput needs", async () => {
    const states: string[] = [];
    const collect = () => {
      readAll();
      for (const event of events.splice(0)) {
        if (event.kind !== "link" || event.link.name !== "vl1") continue;
        const { name, flags } = event.link;
        states.push(`${name} ${event.present ? (flags & 0x1 ? "up" : "down") : "gone"}`);
      }
    };
    ip(`-n ${a} link add vl0 type bridge`);
    ip(`-n ${a} link add vl1 type veth peer name vl2`);
    ip(`-n ${a} link set vl1 master vl0`);
    ip(`-n ${a} link set vl1 up`);
    ip(`-n ${a} link set vl1 nomaster`);
    ip(`-n ${a} link set vl1 down`);
    ip(`-n ${a} link del vl1`);
    await until("vl1 gone", () => {
      collect();
      return states.includes("vl1 gone");
    });
    // Leaving the bridge is announced as RTM_DELLINK of AF_BRIDGE: not the end of the link.
    expect(states.filter((state) => state === "vl1 gone")).toHaveLength(1);
    expect(states.indexOf("vl1 up")).toBeLessThan(states.lastIndexOf("vl1 down"));
    expect(states.at(-1)).toBe("vl1 gone");
    ip(`-n ${a} link del vl0`);
    within(a, () => Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/eth0/forwarding", "1"));
    const link = route.linkByName("eth0")!;
    within(a, () => Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/eth0/forwarding", "0"));
    const shown = JSON.parse(ip(`-n ${a} -j link show dev eth0`))[0];
    expect(link).toMatchObject({
      ifindex,
      name: "eth0",
      mtu: shown.mtu,
      hardwareType: 1,
      forwardingIpv4: false,
      forwardingIpv6: true,
    });
    expect([...link.mac].map((byte) => byte.toString(16).padStart(2, "0")).join(":"))
      .toBe(shown.address);
    expect(route.links().map(({ name }) => name)).toEqual(["lo", "eth0"]);
  });

  it("says overrun when announcements were lost, and goes on afterwards", async () => {
    monitor.close();
    within(a, () => {
      monitor = new RouteMonitor({ links: true, neighbours: false, own: route.own });
    });
    const many = Array.from({ length: 500 }, (_, i) => request(`10.8.${i >> 8}.${i & 255}/32`));
    for (let round = 0; round < 60; round++) add(...many);
    expect(monitor.read(() => {})).toBe("overrun");
    // What waited is gone with it, so that a dump made now is whole.
    expect(monitor.read((event) => events.push(event))).toBe("drained");
    expect(events).toEqual([]);
    expect(many.every((one) => route.own.holds(one))).toBe(true);
    remove(...many);
    expect(many.some((one) => route.own.holds(one))).toBe(false);
    while (monitor.read(() => {}) !== "drained");
    add(request("10.7.0.140/24"));
    expect(await addressEvents(1)).toEqual(["+10.7.0.140 own"]);
    remove(request("10.7.0.140/24"));
  });
});

describe("RouteSocket neighbours and routes", () => {
  it("resolve() makes the kernel find a MAC, and the monitor tells it", async () => {
    const target = parseAddress("10.7.0.2")!;
    const mac = JSON.parse(ip(`-n ${b} -j link show dev eth0`))[0].address as string;
    const known = () =>
      events.some((event) =>
        event.kind === "neighbour" && formatAddress(event.neighbour.address) === "10.7.0.2" &&
        (event.neighbour.state & NUD_VALID) !== 0 && event.neighbour.mac.length === 6
      );
    expect(route.resolve(ifindex, 2, target.bytes)).toBe(null);
    await until("the neighbour", () => {
      readAll();
      return known();
    });
    const entry = route.neighbours().find(({ address }) => formatAddress(address) === "10.7.0.2");
    expect([...entry!.mac].map((byte) => byte.toString(16).padStart(2, "0")).join(":")).toBe(mac);
    expect(route.resolve(9999, 2, target.bytes)).toMatchObject({ errnoName: "ENODEV" });
  });

  it("routeTo() answers interface, gateway and source, or why not", () => {
    expect(route.routeTo(2, parseAddress("10.7.0.2")!.bytes)).toMatchObject({
      ifindex,
      gateway: null,
      source: parseAddress("10.7.0.1")!.bytes,
      type: 1,
    });
    ip(`-n ${a} route add 10.99.0.0/16 via 10.7.0.2`);
    expect(route.routeTo(2, parseAddress("10.99.1.1")!.bytes)).toMatchObject({
      ifindex,
      gateway: parseAddress("10.7.0.2")!.bytes,
    });
    ip(`-n ${a} route del 10.99.0.0/16`);
    expect(route.routeTo(2, parseAddress("10.99.1.1")!.bytes)).toMatchObject({
      errnoName: "ENETUNREACH",
    });
    expect(route.routeTo(10, parseAddress("fd07::5")!.bytes)).toMatchObject({ ifindex });
  });

  it("linkByName() answers null for a name that no interface has", () => {
    expect(route.linkByName("nope")).toBe(null);
    expect(route.linkByName("")).toBe(null);
    expect(route.linkByName("longer-than-any-interface")).toBe(null);
  });
});
