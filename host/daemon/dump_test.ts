import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePrivateFile } from "./dump.ts";

let directory: string;

beforeAll(async () => {
  directory = await Deno.makeTempDir();
});

afterAll(async () => {
  await Deno.remove(directory, { recursive: true });
});

const BYTES = Uint8Array.of(1, 2, 3);
const names = () => [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

describe("writePrivateFile", () => {
  it("replaces a plain file and lets nobody else read it", () => {
    const path = `${directory}/plain`;
    Deno.writeTextFileSync(path, "old");
    writePrivateFile(path, BYTES);
    expect(Deno.readFileSync(path)).toEqual(BYTES);
    expect(Deno.statSync(path).mode! & 0o777).toBe(0o600);
    Deno.removeSync(path);
  });

  it("replaces nothing that is no plain file, as a device or what /dev/stdout is", async () => {
    const pipe = `${directory}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const link = `${directory}/link`;
    Deno.symlinkSync("pipe", link);
    const before = names();
    for (const path of [pipe, link, directory]) {
      expect(() => writePrivateFile(path, BYTES)).toThrow(`${path}: it is no plain file`);
    }
    expect(Deno.lstatSync(pipe).isFifo).toBe(true);
    expect(Deno.lstatSync(link).isSymlink).toBe(true);
    expect(names()).toEqual(before);
  });
});
