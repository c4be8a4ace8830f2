// Compiles the core inside the test's own process, with one line changed or as it stands. Nothing is
// written: the compiler reads the sources through a function that puts the fault in. The flags are
// those of core-as/compile but for the optimiser, which would take ten times as long: -O0 gives the
// same behaviour and a slower core.
//
// Runs on Node and on Deno; not browser safe (it reads the sources).

import asc from "assemblyscript/asc";
import { readFileSync } from "node:fs";

/** A deliberate fault: one place of one file says something else. */
export interface Mutant {
  /** A word or two, unique. */
  name: string;
  /** Below core-as/assembly/. */
  file: string;
  /** What is taken out; it stands exactly once in the file. */
  from: string;
  /** What stands there instead. */
  to: string;
  /** What the faulty core does wrong, in a sentence. */
  meaning: string;
}

const ROOT = new URL("../../", import.meta.url);
const SOURCES = "core-as/assembly/";

/** The flags of core-as/compile without those of the optimiser. */
function compilerFlags(): string[] {
  const script = readFileSync(new URL("core-as/compile", ROOT), "utf8");
  const flags = script.match(/^flags="([^"]+)"$/m);
  if (flags === null) throw new Error('core-as/compile has no line flags="..."');
  const slow = /^(-O\d|--converge)$/;
  return [...flags[1]!.split(" ").filter((flag) => !slow.test(flag)), "-O0"];
}

/** A source with the fault in it. Throws unless `from` stands in it exactly once. */
export function withFault(source: string, mutant: Mutant): string {
  const parts = source.split(mutant.from);
  if (parts.length !== 2) {
    throw new Error(
      `mutant "${mutant.name}": its text stands ${parts.length - 1} times in ${mutant.file}`,
    );
  }
  return parts.join(mutant.to);
}

/** Reads a file that the compiler asks for; null when there is none. */
function readSource(name: string, mutant: Mutant | null): string | null {
  let text: string;
  try {
    text = readFileSync(new URL(name, ROOT), "utf8");
  } catch {
    // The compiler tries several places for each import.
    return null;
  }
  return mutant !== null && name === SOURCES + mutant.file ? withFault(text, mutant) : text;
}

/** Compiles the core, with a fault or without. Throws with the compiler's words when it refuses. */
export async function compileCore(mutant: Mutant | null): Promise<Uint8Array<ArrayBuffer>> {
  let wasm: Uint8Array | null = null;
  let said = "";
  const hear = { write: (chunk: Uint8Array | string) => void (said += chunk) };
  const { error } = await asc.main([`${SOURCES}index.ts`, ...compilerFlags(), "-o", "core.wasm"], {
    stdout: hear,
    stderr: hear,
    readFile: (name: string) => readSource(name, mutant),
    writeFile: (_name: string, content: Uint8Array | string) => {
      if (typeof content !== "string") wasm = content;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === null) {
    throw new Error(`the core does not compile: ${error?.message ?? ""}\n${said}`);
  }
  return Uint8Array.from(wasm);
}
