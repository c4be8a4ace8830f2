import { expect, it } from "vitest";
import { ROOT } from "../lab/path.ts";
import { processes, run } from "../lab/process.ts";

const DEMO_MS_MAX = 240_000;

it("npm run demo -- --script plays all its steps and leaves nothing behind", async () => {
  const before = new Set(processes().map(({ pid }) => pid));
  const { code, stdout, stderr } = await run(["sh", `${ROOT}/test/lab/demo`, "--script"], {
    check: false,
    timeoutMs: DEMO_MS_MAX,
  });
  console.log(stdout);
  expect(`${stdout}\n${stderr}`).not.toContain("did not happen");
  expect(code).toBe(0);
  const left = processes().filter(({ pid }) => !before.has(pid)).map(({ pid }) => commandOf(pid));
  expect(left.filter((command) => /vipd-lab:demo|lab\/demo\.ts/.test(command))).toEqual([]);
}, DEMO_MS_MAX);

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
  } catch {
    return ""; // It has ended.
  }
}

it("npm run demo refuses words that it does not know", async () => {
  const { code, stderr } = await run(["sh", `${ROOT}/test/lab/demo`, "--skript"], { check: false });
  expect(code).toBe(2);
  expect(stderr).toContain("usage: npm run demo");
});
