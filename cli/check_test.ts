import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECK_CLEAN, CHECK_ERRORS, CHECK_WARNINGS, checkExitStatus, checkFiles } from "./check.ts";

const CLEAN = `vrrp_instance VI_1 {
    interface lo
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.1/24
    }
}
`;

let directory: string;
beforeAll(async () => {
  directory = await Deno.makeTempDir();
  const files: Record<string, string> = {
    "clean.conf": CLEAN.replace("PRIORITY", "100"),
    "peer.conf": CLEAN.replace("PRIORITY", "90"),
    "equal.conf": CLEAN.replace("PRIORITY", "100"),
    "warning.conf": CLEAN.replace("PRIORITY", "100").replace("51", "51\n    advert_int 1.5"),
    "error.conf": CLEAN,
    "notify.conf": CLEAN.replace("PRIORITY", "100\n    notify /nowhere/notify.sh"),
    "including.conf": "include sub/*.conf\n",
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}/${name}`, text, { mode: 0o644 });
  }
  await Deno.mkdir(`${directory}/sub`);
  await Deno.writeTextFile(`${directory}/sub/a.conf`, CLEAN, { mode: 0o644 });
});
afterAll(() => Deno.remove(directory, { recursive: true }));

function check(names: string[], host = false) {
  const found = checkFiles({ files: names.map((name) => `${directory}/${name}`), host });
  return { codes: found.map(({ code }) => code), status: checkExitStatus(found) };
}

describe("vipd check", () => {
  it.each([
    ["a clean file", ["clean.conf"], [], CHECK_CLEAN],
    ["a warning", ["warning.conf"], ["advert-interval-rounded"], CHECK_WARNINGS],
    ["an error", ["error.conf"], ["invalid-number"], CHECK_ERRORS],
    ["a missing file", ["nowhere.conf"], ["file-unreadable"], CHECK_ERRORS],
    ["a directory", ["sub"], ["file-unreadable"], CHECK_ERRORS],
    ["an error in an included file", ["including.conf"], ["invalid-number"], CHECK_ERRORS],
    ["a clean cluster", ["clean.conf", "peer.conf"], [], CHECK_CLEAN],
    ["a cluster with a tie", ["clean.conf", "equal.conf"], ["priorities-equal"], CHECK_WARNINGS],
  ])("%s", (_what, names, codes, status) => {
    expect(check(names)).toEqual({ codes, status });
  });

  it("looks at this machine unless told not to", () => {
    expect(check(["notify.conf"], true).codes).toEqual(["script-missing"]);
    expect(check(["notify.conf"], false).codes).toEqual([]);
  });

  it("refuses an executable file as keepalived does", async () => {
    await Deno.writeTextFile(`${directory}/run.conf`, CLEAN, { mode: 0o755 });
    await Deno.chmod(`${directory}/run.conf`, 0o755);
    expect(check(["run.conf"]).codes).toEqual(["file-unreadable"]);
  });
});
