import { afterAll, afterEach, describe, expect, it } from "vitest";
import { log, resetLog } from "../base/log.ts";
import { consoleText, openLog, syslogText } from "./log_sinks.ts";
import type { LogOptions } from "./options.ts";

afterEach(() => resetLog());

const directory = await Deno.makeTempDir({ prefix: "vipd-log-" });
afterAll(() => Deno.remove(directory, { recursive: true }));
const OPTIONS: LogOptions = { console: false, detail: 0, syslog: true, facility: "local3" };
const wallMs = new Date(2026, 10, 2, 7, 5, 9).getTime();

describe("log lines", () => {
  it("consoleText() is keepalived's form", () => {
    expect(consoleText({ part: "vrrp", priority: 6, text: "(VI_1) Entering", wallMs })).toBe(
      "Mon Nov  2 07:05:09 2026: (VI_1) Entering",
    );
  });

  it.each(
    [
      ["vrrp", 6, "daemon", "<30>Nov  2 07:05:09 Keepalived_vrrp[42]: x"],
      ["checkers", 3, "local7", "<187>Nov  2 07:05:09 Keepalived_healthcheckers[42]: x"],
      ["daemon", 4, "user", "<12>Nov  2 07:05:09 Keepalived[42]: x"],
    ] as const,
  )("syslogText() of %s at %i to %s", (part, priority, facility, want) => {
    expect(syslogText({ part, priority, text: "x", wallMs }, facility, 42)).toBe(want);
  });
});

describe("openLog()", () => {
  it("sends each line as one datagram", async () => {
    const path = `${directory}/syslog`;
    const server = Deno.listenDatagram({ transport: "unixpacket", path });
    const opened = openLog(OPTIONS, path);
    log("vrrp").info("one");
    log("daemon").error("two");
    const texts: string[] = [];
    for (let i = 0; i < 2; i++) texts.push(new TextDecoder().decode((await server.receive())[0]));
    expect(texts[0]).toMatch(/^<158>\w{3} [ \d]\d [\d:]{8} Keepalived_vrrp\[\d+\]: one$/);
    expect(texts[1]).toMatch(/^<155>\w{3} [ \d]\d [\d:]{8} Keepalived\[\d+\]: two$/);
    await opened.flush();
    expect(opened.lost()).toBe(0);
    server.close();
  });

  it("is not stalled by a syslog that reads nothing", async () => {
    const path = `${directory}/full`;
    const server = Deno.listenDatagram({ transport: "unixpacket", path });
    const opened = openLog(OPTIONS, path);
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) log("vrrp").info(`line ${i}`);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(opened.lost()).toBeGreaterThan(0);
    await opened.flush();
    expect(performance.now() - started).toBeLessThan(4000);
    server.close();
  });

  it("counts lines and goes on when there is no syslog, and finds it when it comes", async () => {
    const path = `${directory}/later`;
    const opened = openLog(OPTIONS, path);
    log("vrrp").info("early");
    await opened.flush();
    expect(opened.lost()).toBe(1);
    const server = Deno.listenDatagram({ transport: "unixpacket", path });
    log("vrrp").info("late");
    expect(new TextDecoder().decode((await server.receive())[0])).toContain("late");
    server.close();
  });

  it("says once on stderr that syslog is missing, with the log itself", async () => {
    const entry = new URL("./log_sinks.ts", import.meta.url).href;
    const facade = new URL("../base/log.ts", import.meta.url).href;
    const code = `import { openLog } from ${JSON.stringify(entry)};
      import { log } from ${JSON.stringify(facade)};
      const opened = openLog({ console: true, detail: 0, syslog: true, facility: "daemon" }, "/none");
      log("daemon").info("first"); log("vrrp").info("second");
      await opened.flush(); Deno.exit(0);`;
    const file = `${directory}/program.ts`;
    await Deno.writeTextFile(file, code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "-A", "--unstable-net", "--config", config, file];
    const { stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    expect(lines.filter((text) => text.endsWith(": first"))).toHaveLength(1);
    expect(lines.filter((text) => text.endsWith(": second"))).toHaveLength(1);
    expect(lines.filter((text) => text.includes("syslog cannot be reached at /none"))).toHaveLength(
      1,
    );
    expect(lines).toHaveLength(3);
  });
});
