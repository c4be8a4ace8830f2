// The director's packet filter on a real kernel, seen by nft(8) and by real connections.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddress } from "../../host/base/address.ts";
import { type FilteredService, PacketFilter } from "../../host/linux/nftables.ts";
import { ip, Namespaces, run, within } from "./linux_namespace.ts";

const namespaces = new Namespaces();
let client = "";
let director = "";

function service(text: string, protocol: number, port: number): FilteredService {
  const { family, bytes } = parseAddress(text)!;
  return { family, address: bytes, protocol, port };
}

function nft(...words: string[]): string {
  return run("ip", "netns", "exec", director, "nft", ...words);
}

/** What a TCP connection from the client meets: nobody listens, so a stack that sees it refuses. */
function connects(address: string, port: number): "refused" | "silence" {
  const { code } = new Deno.Command("ip", {
    args: ["netns", "exec", client, "timeout", "1", "bash", "-c", `: </dev/tcp/${address}/${port}`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return code === 124 ? "silence" : "refused";
}

beforeAll(() => {
  client = namespaces.add("c");
  director = namespaces.add("d");
  namespaces.join(client, director);
  ip(`-n ${client} addr add 10.7.0.1/24 dev eth0`);
  ip(`-n ${director} addr add 10.7.0.2/24 dev eth0`);
  ip(`-n ${client} addr add fd07::1/64 dev eth0 nodad`);
  ip(`-n ${director} addr add fd07::2/64 dev eth0 nodad`);
});

afterAll(() => namespaces.remove());

describe("PacketFilter", () => {
  it("makes the table nft(8) understands, adds and removes elements, deletes it", () => {
    const filter = within(director, () => PacketFilter.open());
    try {
      expect(filter.diesWithUs).toBe(true);
      filter.apply([service("10.7.0.2", 6, 80), service("fd07::2", 17, 53)], []);
      filter.apply([service("10.7.0.2", 6, 80), service("10.7.0.2", 132, 9)], []);
      const listed = nft("list", "table", "inet", "vipd_director");
      expect(listed).toContain("type filter hook prerouting priority raw; policy accept;");
      expect(listed).toMatch(/type ipv4_addr \. inet_proto \. inet_service/);
      expect(listed).toMatch(/10\.7\.0\.2 \. tcp \. 80/);
      expect(listed).toMatch(/10\.7\.0\.2 \. sctp \. 9/);
      expect(listed).toMatch(/fd07::2 \. udp \. 53/);
      expect(listed).toMatch(
        /iif != "lo" ip daddr \. meta l4proto \. th dport @services4 counter .*drop/,
      );
      expect(listed).toMatch(
        /iif != "lo" ip6 daddr \. meta l4proto \. th dport @services6 counter .*drop/,
      );
      filter.apply([], [service("10.7.0.2", 6, 80), service("fd07::2", 17, 53)]);
      const left = nft("list", "table", "inet", "vipd_director");
      expect(left).not.toContain("tcp . 80");
      expect(left).toContain("sctp . 9");
    } finally {
      filter.close();
    }
    expect(nft("list", "ruleset")).not.toContain("vipd_director");
  });

  it("keeps exactly its services from the local stack, IPv4 and IPv6", () => {
    expect([connects("10.7.0.2", 80), connects("fd07::2", 80)]).toEqual(["refused", "refused"]);
    const filter = within(director, () => PacketFilter.open());
    try {
      filter.apply([service("10.7.0.2", 6, 80), service("fd07::2", 6, 80)], []);
      expect([connects("10.7.0.2", 80), connects("fd07::2", 80)]).toEqual(["silence", "silence"]);
      expect([connects("10.7.0.2", 81), connects("fd07::2", 81)]).toEqual(["refused", "refused"]);
      expect(nft("list", "table", "inet", "vipd_director")).toMatch(/counter packets [1-9]/);
    } finally {
      filter.close();
    }
    expect([connects("10.7.0.2", 80), connects("fd07::2", 80)]).toEqual(["refused", "refused"]);
  });

  it("replaces what a dead process left, and is gone when its process is killed", async () => {
    nft("add", "table", "inet", "vipd_director");
    nft("add", "chain", "inet", "vipd_director", "old");
    const program = `
      import { PacketFilter } from "${new URL("../../host/linux/nftables.ts", import.meta.url)}";
      PacketFilter.open();
      console.log("open");
      setTimeout(() => {}, 60_000);`;
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", director, Deno.execPath(), "run", "-A", "--ext=ts", "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    try {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(program));
      await writer.close();
      const reader = child.stdout.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toContain("open");
      const listed = nft("list", "ruleset");
      expect(listed).toContain("set services4");
      expect(listed).not.toContain("chain old");
      // While it lives, nobody else may take its table.
      expect(() => within(director, () => PacketFilter.open())).toThrow(/EPERM/);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended, as it should.
      }
    }
    expect(nft("list", "ruleset")).not.toContain("vipd_director");
  });

  it("changes nothing and says why when one element of many is refused", () => {
    const filter = within(director, () => PacketFilter.open());
    try {
      expect(() => filter.apply([service("10.7.0.2", 6, 1)], [service("10.7.0.2", 6, 2)]))
        .toThrow(/nf_tables elements of inet vipd_director.*ENOENT/);
      expect(nft("list", "table", "inet", "vipd_director")).not.toContain("elements");
      const many = Array.from({ length: 3000 }, (_, i) => service("10.7.0.2", 6, i + 1));
      filter.apply(many, []);
      filter.apply([], many);
      expect(nft("list", "table", "inet", "vipd_director")).not.toContain("elements");
    } finally {
      filter.close();
    }
  });
});
