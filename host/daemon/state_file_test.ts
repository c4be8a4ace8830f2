// The state file: whatever stands there, a start goes on.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ServiceKey } from "../conf/model.ts";
import { serviceIdentity, StateFile, stateFilePath } from "./state_file.ts";

const KEY: ServiceKey = {
  ...{ kind: "ADDRESS", family: "INET", protocol: "TCP" },
  ...{ address: "10.0.0.1", port: 80 },
};

let folder: string;
let pidFile: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/vipd-state-`);
  pidFile = `${folder}/keepalived.pid`;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("StateFile", () => {
  it("reads what the run before has written", () => {
    const file = new StateFile(pidFile);
    file.note(KEY, true);
    expect(file.write()).toBeNull();
    const services = new Set([serviceIdentity(KEY)]);
    expect(new StateFile(pidFile).read()).toEqual({ services, refused: null });
  });

  it.each(["", "null", "5", "[]", '{"services":5}', "{", "\0\xff"])(
    "takes %j for an empty one and says why",
    (text) => {
      writeFileSync(stateFilePath(pidFile), text);
      const { services, refused } = new StateFile(pidFile).read();
      expect(services).toEqual(new Set());
      expect(refused).toMatch(/^cannot read .*keepalived\.state: /);
    },
  );

  it("takes none for an empty one, and a folder too", () => {
    expect(new StateFile(pidFile).read()).toEqual({ services: new Set(), refused: null });
    mkdirSync(stateFilePath(pidFile));
    expect(new StateFile(pidFile).read()).toMatchObject({ services: new Set() });
  });

  it("says why it could not be written, and leaves a folder of that name alone", () => {
    mkdirSync(`${stateFilePath(pidFile)}/full`, { recursive: true });
    const file = new StateFile(pidFile);
    file.note(KEY, true);
    expect(file.write()).toMatch(/^cannot write .*keepalived\.state/);
    expect(file.remove()).toMatch(/^cannot remove .*keepalived\.state/);
  });
});
