// Conformance cases of the VRRP core: vrrp/<case>/ holds case.txt (what it shows and by which
// standard), config.jsonl, input.jsonl and the expected output.jsonl. Every record that comes out is
// compared. VIPD_UPDATE=1 writes output.jsonl anew: read the difference before committing it.
//
// config.jsonl: one part a line, {"tracker"|"group"|"instance"|"vip"|"track": {fields}}; what is left
// out is as test/virtual_node.ts has it (version 3, VRID 51, priority 100, 1 s, 10.9.0.100/32).
// input.jsonl: {"atUs": time, <one of> "advert" | "link" | "address" | "tracker" | "command" |
// "configure": [parts] | "freezeUntilUs" | "untilUs"}; due timers fire in between, each in time.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type Advert,
  advertInput as advertOf,
  instance,
  type Parts,
  type TimedOutput,
  track,
  tracker,
  vip,
  VirtualNode,
} from "../virtual_node.ts";
import type { LinkInput, TrackerStateName } from "../../host/core/abi.gen.ts";

const root = new URL("vrrp/", import.meta.url);
const update = process.env.VIPD_UPDATE === "1";

type Part = {
  tracker?: Parameters<typeof tracker>[0];
  group?: { group: number; trackingWeight: number };
  instance?: Parameters<typeof instance>[0] & { password?: string };
  vip?: Parameters<typeof vip>[0];
  track?: Parameters<typeof track>[0];
};

interface Step {
  atUs: number;
  advert?: Advert & { password?: string };
  link?: Partial<LinkInput>;
  address?: { address: string; present: number; prefixLength?: number };
  tracker?: { tracker: number; state: TrackerStateName; value?: number };
  command?: "STOP" | "RESIGN" | "CLEAR_STATISTICS";
  configure?: Part[];
  freezeUntilUs?: number;
  untilUs?: number;
}

function readLines<T>(path: URL): T[] {
  return readFileSync(path, "utf8").split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

function password(text: string): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes.set(new TextEncoder().encode(text).subarray(0, 8));
  return bytes;
}

function partsOf(lines: Part[]): Parts {
  const parts: Required<Parts> = { trackers: [], groups: [], instances: [], vips: [], tracks: [] };
  for (const line of lines) {
    if (line.tracker) parts.trackers.push(tracker(line.tracker));
    if (line.group) parts.groups.push({ kind: "configGroup", ...line.group });
    if (line.instance) {
      const { password: text, ...fields } = line.instance;
      parts.instances.push(
        instance(
          text === undefined ? fields : {
            ...fields,
            authType: "PASS",
            authData: password(text),
          },
        ),
      );
    }
    if (line.vip) parts.vips.push(vip(line.vip));
    if (line.track) parts.tracks.push(track(line.track));
  }
  return parts;
}

/** Runs a step; a packet that is refused is part of the outputs, so its status is not asked. */
function run(node: VirtualNode, step: Step): TimedOutput[] {
  if (step.freezeUntilUs !== undefined) {
    node.nowUs = step.freezeUntilUs;
    return node.input({ kind: "timer" });
  }
  if (step.untilUs !== undefined) return node.advance(step.untilUs - node.nowUs);
  if (step.advert) {
    const { password: text, ...advert } = step.advert;
    const auth = text === undefined ? {} : { authType: 1, authData: password(text) };
    node.tell(advertOf({ ...advert, ...auth }));
    return node.drain();
  }
  if (step.link) return node.link(step.link);
  if (step.address) {
    return node.address(step.address.address, step.address.present, step.address.prefixLength);
  }
  if (step.tracker) {
    return node.tracker(step.tracker.state, step.tracker.tracker, step.tracker.value);
  }
  if (step.command) return node.command(step.command);
  if (step.configure) return node.configure(partsOf(step.configure));
  throw new Error(`an empty step: ${JSON.stringify(step)}`);
}

function play(folder: URL): string {
  const node = VirtualNode.ready();
  const outputs = node.configure(partsOf(readLines<Part>(new URL("config.jsonl", folder))));
  for (const step of readLines<Step>(new URL("input.jsonl", folder))) {
    if (step.atUs < node.nowUs) throw new Error(`a step in the past: ${JSON.stringify(step)}`);
    outputs.push(...node.advance(step.atUs - node.nowUs), ...run(node, step));
  }
  return outputs.map((output) => JSON.stringify(plain(output)) + "\n").join("");
}

/** Time first, bytes as hex. */
function plain(output: TimedOutput): object {
  const { atUs, ...rest } = output;
  const entries = Object.entries(rest).map(([name, value]) => [
    name,
    value instanceof Uint8Array
      ? Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")
      : value,
  ]);
  return { atUs, ...Object.fromEntries(entries) };
}

describe("VRRP conformance", () => {
  const cases = readdirSync(root).sort();
  it("has its cases", () => expect(cases.length).toBeGreaterThanOrEqual(10));
  for (const name of cases) {
    it(name, () => {
      const folder = new URL(`${name}/`, root);
      const expected = new URL("output.jsonl", folder);
      const actual = play(folder);
      if (update) writeFileSync(expected, actual);
      if (!existsSync(expected)) {
        throw new Error(`${name}: no output.jsonl; run with VIPD_UPDATE=1`);
      }
      expect(actual.split("\n")).toEqual(readFileSync(expected, "utf8").split("\n"));
    });
  }
});
