// What the readers say about words and values that are not right.

import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { memorySource } from "./source.ts";
import { findings, instance, load, service } from "./test_support.ts";

const global = (line: string) => `global_defs {\n${line}\n}\n`;

describe("keywords", () => {
  it.each([
    ["unknown at the top", "vrrp_instnce A {\n}", "1 error unknown-keyword", "vrrp_instance"],
    ["unknown in a block", instance("priorty 5"), "7 error unknown-keyword", "priority"],
    ["in the wrong block", instance("router_id a"), "7 error wrong-block", "global_defs"],
    ["of the top in a block", instance("vrrp_script a {\n}"), "7 error wrong-block", "top level"],
    ["removed", global("lvs_id a"), "2 error removed-keyword", "router_id"],
    ["without block", "global_defs", "1 error block-missing", ""],
    ["with a block too much", instance("priority 5 {\n}"), "7 error block-unexpected", "line end"],
    ["twice", instance("priority 5\npriority 6"), "8 warning given-twice", "keep one"],
    ["definitions", "$A=b\n", "1 error not-supported-yet", "write the lines out"],
    [
      "variables of keepalived",
      "global_defs {\nrouter_id a${_ENV}\n}",
      "2 error not-supported-yet",
      "its value",
    ],
    ["conditional lines", "@node1 global_defs {\n}", "1 error not-supported-yet", "write"],
  ])("%s", (_what, text, found, hint) => {
    expect(findings(text)).toEqual([found]);
    expect(load(text).diagnostics[0]!.hint).toContain(hint);
  });

  it.each([
    ["sent", instance("use_vmac"), "7 error not-supported-yet", "what is sent"],
    ["master", instance("track_file {\na\n}"), "7 error not-supported-yet", "who is master"],
    ["traffic", service("ops"), "5 error not-supported-yet", "where traffic goes"],
    ["nothing", global("enable_dbus"), "2 warning not-supported-yet", "ignored"],
    [
      "AH",
      instance("authentication {\nauth_type AH\nauth_pass a\n}"),
      "8 error not-supported-yet",
      "AH",
    ],
    ["a group", "virtual_server group G {\n}", "1 error not-supported-yet", "group"],
    ["an option", instance().replace("/24", "/24 no_track"), "5 error not-supported-yet", "master"],
    ["an option", instance().replace("/24", "/24 brd +"), "5 warning not-supported-yet", "ignored"],
  ])("not supported yet that change %s", (_what, text, found, message) => {
    expect(findings(text).filter((line) => line.endsWith("not-supported-yet"))).toEqual([found]);
    expect(load(text).diagnostics.map((each) => each.message).join()).toContain(message);
  });

  it("not supported yet but switched off ask for nothing", () => {
    expect(findings(global("vrrp_strict off"))).toEqual([]);
  });
});

describe("web", () => {
  const web = (line: string) => `vipd {\nweb {\ntoken a ${"s".repeat(16)}\n${line}\n}\n}\n`;
  const [short, long, good] = ["secret-of-15-chr", "x".repeat(257), "secret-of-16-chrs"];

  it.each([
    ["port in one word", "listen 127.0.0.1:80", "4 error invalid-address"],
    ["host name", "listen localhost", "4 error invalid-address"],
    ["port 0", "listen ::1 0", "4 error out-of-range"],
    ["two listeners", "listen ::1\nlisten 127.0.0.1", "5 warning given-twice"],
    ["no secret", "token ops", "4 error missing-argument"],
    ["short secret", `token ops ${short.slice(1)}`, "4 error invalid-token"],
    ["long secret", `token ops ${long}`, "4 error invalid-token"],
    ["secret with blanks", `token ops "${good} ${good}"`, "4 error invalid-token"],
    ["name taken", `token a ${good}`, "4 error invalid-token"],
    ["secret taken", `token b ${"s".repeat(16)}`, "4 error invalid-token"],
    ["words behind", `token ops ${good} ${good}`, "4 warning extra-argument"],
    ["swapped", `token ${good} ops`, "4 error invalid-token"],
    ["any origin", "allow_origin *", "4 error invalid-origin"],
    ["no origin", "allow_origin null", "4 error invalid-origin"],
    ["origin with a path", "allow_origin https://a.example/b", "4 error invalid-origin"],
    ["origin with a wildcard", "allow_origin https://*.example", "4 error invalid-origin"],
    ["origin with a name", "allow_origin https://me@a.example", "4 error invalid-origin"],
    ["origin without host", "allow_origin https://", "4 error invalid-origin"],
    ["other scheme", "allow_origin file:///", "4 error invalid-origin"],
  ])("refuses: %s, and tells no secret", (_what, line, found) => {
    expect(findings(web(line))).toEqual([found]);
    expect(JSON.stringify(load(web(line)).diagnostics)).not.toContain(good);
  });

  it("takes two blocks as one", () => {
    const config = load(web("") + web("").replace("token a", "token b").replace(/s{16}/, good));
    expect(config.config!.vipd.web!.tokens.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

describe("passwords", () => {
  const authentication = (lines: string) => instance(`authentication {\n${lines}\n}`);

  it.each([
    ["with words behind it", authentication("auth_type PASS\nauth_pass my secret")],
    ["in a definition", "$AUTH_PASS=secret\n"],
    ["beside a variable", authentication("auth_pass ${_PWD}secret")],
    ["too long", authentication("auth_type PASS\nauth_pass secretsecret")],
    ["in the wrong block", instance("auth_pass secret")],
    ["behind a misspelt word", authentication("auth_pas secret")],
    ["twice", authentication("auth_type PASS\nauth_pass secret\nauth_pass secret")],
  ])("%s are in no message", (_what, text) => {
    const { diagnostics } = load(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain("secret");
  });

  it("are sent with the bytes of the file, whatever its encoding", () => {
    const text = authentication("auth_type PASS\nauth_pass p\u00e4ss");
    const latin1 = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const passwordOf = (content: string | Uint8Array) =>
      loadConfig("a", memorySource({ a: content })).config?.instances[0]?.auth?.data;
    expect(passwordOf(latin1)).toEqual(Uint8Array.of(0x70, 0xe4, 0x73, 0x73, 0, 0, 0, 0));
    expect(passwordOf(text)).toEqual(Uint8Array.of(0x70, 0xc3, 0xa4, 0x73, 0x73, 0, 0, 0));
  });
});

describe("values", () => {
  it.each([
    ["a priority of 0", instance("priority 0"), "7 error out-of-range"],
    ["a priority of 256", instance("priority 256"), "7 error out-of-range"],
    ["a VRID of 0", instance().replace("id 51", "id 0"), "3 error out-of-range"],
    ["a number with decimals", instance("priority 9.5"), "7 error invalid-number"],
    ["no number", instance("priority high"), "7 error invalid-number"],
    ["no value", instance("priority"), "7 error missing-argument"],
    ["an interval too short", instance("advert_int 0.001"), "7 error out-of-range"],
    ["an interval too long", instance("advert_int 256"), "7 error out-of-range"],
    ["too many decimals", instance("preempt_delay 0.0000001"), "7 error invalid-number"],
    ["a state", instance("state SLAVE"), "7 error invalid-value"],
    ["a boolean", instance("smtp_alert maybe"), "7 error invalid-value"],
    ["a boolean in capitals", instance("smtp_alert ON"), "7 error invalid-value"],
    ["a word too many", instance("priority 5 6"), "7 warning extra-argument"],
    ["a word behind a switch", instance("nopreempt on"), "7 warning extra-argument"],
    ["no address", instance().replace(".51/24", ".256"), "5 error invalid-address"],
    ["an address with zeros", instance().replace(".51/24", ".051"), "5 error invalid-address"],
    ["a prefix length", instance().replace("/24", "/33"), "5 error invalid-prefix-length"],
    ["two addresses on a line", instance().replace("/24", " 192.0.2.9"), "5 error unknown-keyword"],
    [
      "a label of 16 characters",
      instance().replace("/24", "/24 label eno16777736:0000"),
      "5 error label-too-long",
    ],
    [
      "a label of an IPv6 address",
      instance().replace("192.0.2.51/24", "fe80::1 label eth0:1"),
      "5 warning label-without-effect",
    ],
    ["a scope", instance().replace("/24", "/24 scope moon"), "5 error invalid-value"],
    [
      "an interface of 16 characters",
      instance().replace("eth0", "x".repeat(16)),
      "2 error invalid-interface",
    ],
    ["no multicast group", global("vrrp_mcast_group4 192.0.2.1"), "2 error invalid-address"],
    [
      "a group of the other family",
      global("vrrp_mcast_group4 ff02::12"),
      "2 error invalid-address",
    ],
    [
      "an option of a tracker",
      instance("track_interface {\neth1 wieght 5\n}"),
      "8 error unknown-keyword",
    ],
    ["a weight", instance("track_interface {\neth1 weight 300\n}"), "8 error out-of-range"],
    [
      "a weight of 254",
      instance("track_interface {\neth1 weight -254\n}"),
      "8 warning weight-clamped",
    ],
    [
      "words behind an unquoted command",
      "vrrp_script a {\nscript /bin/a b\n}\n",
      "2 warning unquoted-command",
    ],
    ["a name of two words", "vrrp_instance A B {\n}", "1 error invalid-value"],
    ["a name twice", instance() + instance(), "9 error duplicate-name"],
    ["a scheduler", service().replace("wlc", "wcl"), "2 error unknown-scheduler"],
    ["a method", service().replace("DR", "DSR"), "3 error unknown-method"],
    ["a protocol", service().replace("TCP", "tcp"), "4 error invalid-value"],
    ["a netmask", service("persistence_granularity 255.0.255.0"), "5 error invalid-value"],
    ["a tunnel without port", service().replace("DR", "TUN type gue"), "3 error missing-argument"],
    ["a port", service().replace("2.1 80", "2.1 65536"), "1 error out-of-range"],
    ["a service address", service().replace("192.0.2.1 ", "www "), "1 error invalid-address"],
    [
      "a path",
      service("", "HTTP_GET {\nurl {\npath index\n}\n}"),
      "9 error invalid-value",
    ],
    [
      "a digest",
      service("", "HTTP_GET {\nurl {\npath /\ndigest abc\n}\n}"),
      "10 error invalid-value",
    ],
    [
      "a status code",
      service("", "HTTP_GET {\nurl {\npath /\nstatus_code 299-200\n}\n}"),
      "10 error invalid-value",
    ],
  ])("%s", (_what, text, found) => {
    expect(findings(text)).toContain(found);
  });

  it("come with the nearest word that is right", () => {
    const { diagnostics: [first] } = load(service().replace("wlc", "wlcc"));
    expect(first).toMatchObject({ hint: "did you mean 'wlc'?", fix: { replacement: "wlc" } });
  });

  it("of a password are not shown", () => {
    const text = instance("authentication {\nauth_type PASS\nauth_pass secret-secret\n}");
    expect(JSON.stringify(load(text).diagnostics)).not.toContain("secret");
  });
});

describe("a diagnostic", () => {
  it("says where it begins and ends", () => {
    expect(load(instance("priority 999")).diagnostics[0]).toMatchObject({
      ...{ file: "test.conf", line: 7, column: 14, endLine: 7, endColumn: 17 },
    });
  });

  it("keeps control characters of the file out of the terminal", () => {
    const { diagnostics: [first] } = load("\x1b[31mx\n");
    expect(first!.message).not.toContain("\x1b");
  });
});
