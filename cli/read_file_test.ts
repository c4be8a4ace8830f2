import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileUpTo } from "./read_file.ts";

let directory: string;

beforeAll(async () => {
  directory = await Deno.makeTempDir();
});

afterAll(async () => {
  await Deno.remove(directory, { recursive: true });
});

describe("readFileUpTo", () => {
  it("reads a file of several pieces, to its limit and not beyond", () => {
    const path = `${directory}/large`;
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, i) => i % 251);
    Deno.writeFileSync(path, bytes);
    const read = readFileUpTo(path, bytes.length);
    expect(read.length).toBe(bytes.length);
    expect(read.findIndex((byte, i) => byte !== bytes[i])).toBe(-1);
    expect(() => readFileUpTo(path, bytes.length - 1)).toThrow(
      `${path} cannot be read: it has more than 2,499,999 bytes`,
    );
  });

  it("reads a pipe, and stops where it is more than may be", async () => {
    const path = `${directory}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const write = (bytes: number) =>
      new Deno.Command("sh", {
        args: ["-c", `head -c ${bytes} /dev/zero >${path}`],
        stderr: "null",
      }).spawn();
    const whole = write(200_000);
    expect(readFileUpTo(path, 200_000).length).toBe(200_000);
    await whole.status;
    const more = write(5_000_000);
    expect(() => readFileUpTo(path, 200_000)).toThrow("more than 200,000 bytes");
    await more.status;
  });

  it("says what is no file", () => {
    expect(() => readFileUpTo("/dev/zero", 10)).toThrow("/dev/zero cannot be read: it is a device");
    expect(() => readFileUpTo(directory, 10)).toThrow("it is a folder");
    expect(() => readFileUpTo(`${directory}/none`, 10)).toThrow("there is no such file");
  });
});
