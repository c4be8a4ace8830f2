// Checks and scripts against what only root can arrange: networks without a route or without an
// answer, and other users.

import { describe, expect, it } from "vitest";
import { createScriptRunner } from "../../host/track/script_runner.ts";

const PROGRAM = new URL("check_program.ts", import.meta.url).pathname;

/** Both checks of an address in a network namespace of their own that `setup` prepares. */
async function checksOf(address: string, setup: string): Promise<unknown> {
  const script = `${setup}\nexec "$0" run -A "$@"`;
  const args = ["-n", "sh", "-euc", script, Deno.execPath(), PROGRAM, address];
  const { code, stdout, stderr } = await new Deno.Command("unshare", { args }).output();
  const text = new TextDecoder();
  expect([code, text.decode(stderr)]).toEqual([0, ""]);
  return JSON.parse(text.decode(stdout));
}

describe("checks of a server that does not answer", () => {
  const LINK = "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up";
  const TIMEOUT = { kind: "timeout", phase: "connect" };
  const UNREACHABLE = { kind: "unreachable" };
  const REFUSED = { kind: "refused" };
  it.each([
    ["without a route", "192.0.2.1", "", UNREACHABLE],
    ["without a route for IPv6", "2001:db8::1", "ip link set lo up", UNREACHABLE],
    [
      "that an administrator has forbidden",
      "192.0.2.1",
      "ip link set lo up; ip route add unreachable 192.0.2.1",
      UNREACHABLE,
    ],
    [
      "that swallows everything",
      "192.0.2.1",
      `${LINK}; ip addr add 192.0.2.9/24 dev v0; ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev v0`,
      TIMEOUT,
    ],
    [
      "on a host without a listener",
      "192.0.2.1",
      "ip link set lo up; ip addr add 192.0.2.1/32 dev lo",
      REFUSED,
    ],
  ])("%s", async (_name, address, setup, want) => {
    expect(await checksOf(address, setup)).toEqual([want, want]);
  });
});

describe("scripts of other users", () => {
  const idOf = (user: string | null, group: string | null, command: string) => {
    const argv = ["/bin/sh", "-c", command];
    const script = { argv, shell: null, command, user, group };
    return createScriptRunner()(script, { arguments: [], environment: {}, timeoutUs: 5_000_000 })
      .outcome;
  };
  it.each<[string | null, string | null, string]>([
    ["nobody", null, '[ "$(id -un) $(id -gn) $(id -G)" = "nobody nogroup 65534" ]'],
    ["nobody", "daemon", '[ "$(id -un) $(id -gn)" = "nobody daemon" ]'],
    ["root", null, '[ "$(id -u)" = 0 ]'],
  ])("%s %s", async (user, group, command) => {
    expect(await idOf(user, group, command)).toEqual({ kind: "exit", code: 0 });
  });
});
