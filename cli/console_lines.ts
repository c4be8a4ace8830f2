// Where the console's lines come from, one at a time. A pipe may hold many lines at once and a
// person may paste several: none is lost while a command runs.

import type { Interface } from "node:readline";

/** Gives the next line when it is asked for one; null at the end. */
export interface LineSource {
  next(prompt: string): Promise<string | null>;
}

/** Lines of a byte stream that nobody types into: no prompt, no editing. */
export function pipedLines(stream: ReadableStream<Uint8Array>): LineSource {
  const lines = splitLines(stream);
  return {
    async next() {
      const { done, value } = await lines.next();
      return done ? null : value;
    },
  };
}

async function* splitLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines.map(withoutReturn);
  }
  if (rest !== "") yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** Lines typed at a terminal, with readline's editing, history and completion. */
export function typedLines(readline: Interface): LineSource {
  const waiting: string[] = [];
  let ended = false;
  let ask: ((line: string | null) => void) | null = null;
  const question = readline.question.bind(readline);
  readline.on("line", (line: string) => waiting.push(line));
  readline.on("close", () => {
    ended = true;
    ask?.(null);
  });
  return {
    next(prompt) {
      const line = waiting.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (ended) return Promise.resolve(null);
      return new Promise((resolve) => {
        ask = resolve;
        question(prompt, resolve);
      });
    },
  };
}

/** The words of a line; quotes of either kind hold blanks together. */
export function splitWords(line: string): string[] {
  const words = line.match(/"[^"]*"?|'[^']*'?|[^\s"']+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*?)\1?$/s, "$2"));
}

/**
 * A line in the form in which cliffy sees the same words: it takes letters, digits and `_@-.` as they
 * are and everything else only in quotes.
 */
export function quoteForCliffy(line: string): string {
  return splitWords(line).map((word) => {
    if (/^[\w@.-]+$/.test(word)) return word;
    return word.includes('"') ? `'${word.replaceAll("'", "")}'` : `"${word}"`;
  }).filter((word) => word !== '""').join(" ");
}
