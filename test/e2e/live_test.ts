// The web block of running daemons as those who follow them meet it: the page, the stream through a
// takeover, who is turned away, a reload, a port that is taken, and where the tokens are never seen.

import { describe, expect, it } from "vitest";
import {
  ControlClient,
  type EventRecord,
  openStream,
  streamAddress,
} from "../../host/control/client.ts";
import { WEB_CONNECTION_MAX } from "../../host/control/web/server.ts";
import { eventsOf, startReadyVipd, statusOf, untilInstance, untilStatus } from "../lab/asking.ts";
import { liveConf, type LiveDirector, LivePair } from "../lab/live_pair.ts";
import { delay, eventually } from "../lab/process.ts";
import { onNode } from "../lab/solo.ts";
import { startVipd, vipd } from "../lab/vipd.ts";
import { WayIn } from "../lab/way_in.ts";

const TOKEN = "0123456789abcdef-secret";

async function follow({ url, token }: Pick<LiveDirector, "url" | "token">) {
  const client = new ControlClient(await openStream(streamAddress(url), token));
  const events: EventRecord[] = [];
  const ended = client.events({ follow: true }, (event) => events.push(event)).catch((error) =>
    error
  );
  return { client, events, ended };
}

const transitions = (events: EventRecord[], instance: string) =>
  events.flatMap(({ record }) =>
    "kind" in record && record.kind === "transition" && record.instanceName === instance
      ? [`${record.from} ${record.to}`]
      : []
  );

describe.concurrent("the web block of a daemon", () => {
  it("lets a takeover be followed, and the end of a director be seen", async () => {
    await using pair = await LivePair.open("ve-live-pair");
    const [one, other] = await Promise.all([follow(pair.node1), follow(pair.node2)]);
    expect((await one.client.status()).routerId).toBe("node1");
    expect((await other.client.status()).control.web).toMatchObject({
      ...{ listen: "127.0.0.1:8112", problem: null, followers: ["test"] },
    });
    expect(transitions(other.events, "VI_1").at(-1)).toMatch(/BACKUP$/);
    const killedMs = Date.now();
    pair.node1.program.kill("SIGKILL");
    expect(await one.ended).toMatchObject({ code: "closed" });
    await eventually(
      "the takeover in the stream",
      () => Promise.resolve(transitions(other.events, "VI_1").at(-1) === "BACKUP MASTER" || null),
      10_000,
    );
    const taken = other.events.findLast(({ kind }) => kind === "transition")!;
    expect(Date.parse(taken.time) - killedMs).toBeLessThan(3000);
    expect(taken.record).toMatchObject({ reason: "MASTER_DOWN", instanceName: "VI_1" });
    const remembered = await eventsOf(pair.node2.node);
    expect(remembered.slice(0, other.events.length)).toEqual(other.events);
    // The way away and back: the events in between are there.
    pair.node2.way.cut();
    expect(await other.ended).toMatchObject({ code: "closed" });
    await expect(follow(pair.node2)).rejects.toMatchObject({ code: "unreachable" });
    pair.node2.way.mend();
    const again = await follow(pair.node2);
    expect(transitions(await eventsAfter(again.client, 0), "VI_1").at(-1)).toBe("BACKUP MASTER");
    again.client.close();
  });

  it("serves the page, changes nothing, and turns others away", async () => {
    await onNode("live-page", async (node) => {
      await using way = WayIn.reserve();
      const program = await startReadyVipd(node, liveConf("node1", { token: TOKEN }));
      await way.into(node, 8112);
      const url = `http://127.0.0.1:${way.port}`;
      const answer = await fetch(url);
      const text = await answer.text();
      // Where nothing was built there is advice in its place.
      expect([200, 503]).toContain(answer.status);
      expect(text).toMatch(answer.status === 200 ? /<script type="module"/ : /npm run build/);
      const { client } = await follow({ url, token: TOKEN });
      await expect(client.command("reload")).rejects.toMatchObject({ code: "read_only" });
      await expect(client.dump()).rejects.toMatchObject({ code: "read_only" });
      client.close();
      const wrong = await follow({ url, token: "another-token-of-nobody" });
      expect(await wrong.ended).toMatchObject({ code: "denied" });
      const foreign = await fetch(`${url}/stream`, { headers: { Origin: "http://evil.example" } });
      expect(foreign.status).toBe(403);
      await foreign.body?.cancel();
      await untilStatus(node, "two turned away", ({ control }) => control.web?.denied === 2);
      expect(program.log).toContain("was turned away: this daemon does not have that token");
      expect((await statusOf(node)).configuration.generation).toBe(1);
    });
  });

  it("takes another token, another place and none at all with a reload", async () => {
    await onNode("live-reload", async (node) => {
      await using way = WayIn.reserve();
      const text = liveConf("node1", { token: TOKEN });
      const program = await startReadyVipd(node, text);
      await way.into(node, 8112);
      const url = `http://127.0.0.1:${way.port}`;
      const before = await follow({ url, token: TOKEN });
      const reload = async (next: string, generation: number) => {
        await node.configure("keepalived.conf", next);
        program.kill("SIGHUP");
        await untilStatus(
          node,
          `generation ${generation}`,
          ({ configuration }) => configuration.generation === generation,
        );
      };
      const other = `${TOKEN}-2`;
      await reload(text.replace(TOKEN, other), 2);
      expect(await before.ended).toMatchObject({ code: "closed" });
      expect(await (await follow({ url, token: TOKEN })).ended).toMatchObject({ code: "denied" });
      const after = await follow({ url, token: other });
      expect((await after.client.status()).configuration.generation).toBe(2);
      await reload(text.replace(/vipd \{[^]*$/, ""), 3);
      expect(await after.ended).toMatchObject({ code: "closed" });
      expect((await statusOf(node)).control.web).toBeNull();
      await reload(text.replace("127.0.0.1 8112", "::1 8112"), 4);
      const web = await untilStatus(node, "the other place", ({ control }) => control.web);
      expect(web).toMatchObject({ listen: "[::1]:8112", problem: null });
      // Nothing of all this moved an address.
      await untilInstance(node, "VI_1", "MASTER");
      expect((await statusOf(node)).instances[0]!.counters.becomeMaster).toBe(1);
    });
  });

  it("goes on without it where the port is taken, says so, and serves when it is free", async () => {
    await onNode("live-taken", async (node) => {
      const listen =
        "const l = Deno.listen({hostname:'127.0.0.1',port:8112});console.log('taken');" +
        "for await (const c of l) c.close();";
      const blocker = await node.start([Deno.execPath(), "eval", listen], { name: "blocker" });
      await blocker.waitForLine(/^taken$/);
      const program = await startVipd(node, liveConf("node1", { token: TOKEN }));
      await untilInstance(node, "VI_1", "MASTER");
      const { control } = await statusOf(node);
      expect(control.web!.problem).toContain("in use");
      expect((await vipd(node, ["status"])).stdout).toContain("cannot listen on 127.0.0.1:8112");
      expect(program.log).toContain("web http://127.0.0.1:8112/: cannot listen");
      blocker.kill("SIGKILL");
      await untilStatus(node, "a page", ({ control }) => control.web?.problem === null, 30_000);
    });
  });

  it("never shows a token: in the log, the status, the events, the dump, the checks", async () => {
    await onNode("live-secret", async (node) => {
      const text = liveConf("node1", { token: TOKEN });
      const program = await startReadyVipd(node, text, { args: ["-d", "-D"] });
      await untilInstance(node, "VI_1", "MASTER");
      await vipd(node, ["dump", "/tmp/a.dump"]);
      await vipd(node, ["dump", "--secrets", "/tmp/b.dump"]);
      // A line that is wrong is told, and its words are not.
      const wrong = text.replace(
        `token test ${TOKEN}`,
        `token ${TOKEN} test\ntoken a ${TOKEN} more`,
      );
      await node.configure("keepalived.conf", wrong);
      program.kill("SIGHUP");
      await untilStatus(node, "a refusal", ({ configuration }) => configuration.refused);
      const said = [
        program.log,
        JSON.stringify(await statusOf(node)),
        JSON.stringify(await eventsOf(node)),
        (await vipd(node, ["check", "/etc/keepalived/keepalived.conf"], { check: false })).stdout,
        (await node.exec(["cat", "/tmp/a.dump", "/tmp/b.dump"])).stdout,
      ];
      for (const text of said) {
        expect(text.length).toBeGreaterThan(100);
        expect(text).not.toContain(TOKEN);
      }
    });
  });

  it("takes no more of a flood than its bounds, and no advert comes late for it", async () => {
    await onNode("live-flood", async (node) => {
      const program = await startReadyVipd(node, liveConf("node1", { token: TOKEN }));
      await untilInstance(node, "VI_1", "MASTER");
      const descriptors = () => [...Deno.readDirSync(`/proc/${program.pid}/fd`)].length;
      const before = descriptors();
      const flood = await node.start([Deno.execPath(), "eval", FLOOD], { name: "flood" });
      let isFlooded = false;
      const flooded = flood.waitForLine(/^flooded$/).finally(() => isFlooded = true);
      let most = 0;
      while (!isFlooded) {
        most = Math.max(most, descriptors() - before);
        await delay(1);
      }
      await flooded;
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(WEB_CONNECTION_MAX + FEW);
      const status = await statusOf(node);
      expect(status.control.web!.refused).toBeGreaterThan(0);
      await eventually(
        "the half requests to be ended",
        () => Promise.resolve(descriptors() - before <= FEW || null),
        20_000,
      );
      const { instances, wire } = await statusOf(node);
      expect(instances[0]).toMatchObject({ state: "MASTER", counters: { becomeMaster: 1 } });
      // An interval is half a second; another machine takes over after three.
      expect(wire!.latenessMaxUs).toBeLessThan(250_000);
    });
  });

  it("does not start with a listener beyond the machine and no token", async () => {
    await onNode("live-open", async (node) => {
      const text = liveConf("node1", { token: TOKEN })
        .replace("127.0.0.1 8112", "0.0.0.0").replace(/token test .*/, "");
      const program = await startVipd(node, text, { wait: false });
      await eventually("its end", () => Promise.resolve(program.exitStatus), 20_000);
      expect(program.exitStatus).toBe(2);
      expect(program.log).toContain("web-without-token");
    });
  });
});

/** Descriptors that come and go by themselves: the question itself, a script. */
const FEW = 8;

/** Opens 300 connections and sends half a request, garbage or nothing on each; then does nothing. */
const FLOOD = `for (let i = 0; i < 300; i++) {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: 8112 });
  const garbage = crypto.getRandomValues(new Uint8Array(600));
  const bytes = [new TextEncoder().encode("GET / HTTP/1.1\\r\\nHost: "), garbage, null][i % 3];
  if (bytes !== null) await conn.write(bytes).catch(() => {});
}
console.log("flooded");
await new Promise((resolve) => setTimeout(resolve, 60000));`;

async function eventsAfter(client: ControlClient, after: number): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  await client.events({ after }, (event) => events.push(event));
  return events;
}
