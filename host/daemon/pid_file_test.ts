// One daemon for one pid file.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PidFile } from "./pid_file.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/vipd-pid-`);
  path = `${folder}/keepalived.pid`;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `act` in the moment between the lock of the first descriptor and the look at its path. */
function afterFirstLock<T>(act: () => void, body: () => T): T {
  const original = Deno.FsFile.prototype.tryLockSync;
  let first = true;
  Deno.FsFile.prototype.tryLockSync = function (exclusive) {
    if (first) {
      first = false;
      act();
    }
    return original.call(this, exclusive);
  };
  try {
    return body();
  } finally {
    Deno.FsFile.prototype.tryLockSync = original;
  }
}

describe("PidFile", () => {
  it("take() writes our pid over a stale one, release() removes the file", () => {
    Deno.writeTextFileSync(path, "999999999\n");
    const file = PidFile.take(path);
    expect(Deno.readTextFileSync(path)).toBe(`${Deno.pid}\n`);
    file.release();
    expect(() => Deno.statSync(path)).toThrow(Deno.errors.NotFound);
  });

  it("take() refuses a file whose lock is held, and leaves it as it is", () => {
    const first = PidFile.take(path);
    expect(() => PidFile.take(path)).toThrow(/already running, pid \d+/);
    expect(Deno.readTextFileSync(path)).toBe(`${Deno.pid}\n`);
    first.release();
  });

  it("take() holds the file that the path names when the daemon before removed its own meanwhile", () => {
    const before = PidFile.take(path);
    const mine = afterFirstLock(() => before.release(), () => PidFile.take(path));
    expect(Deno.readTextFileSync(path)).toBe(`${Deno.pid}\n`);
    expect(() => PidFile.take(path)).toThrow(/already running/);
    mine.release();
  });
});
