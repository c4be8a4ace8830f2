// getopt_long as keepalived uses it: clusters (`-nlDf/x`), attached and separate values, optional
// values only attached (`-t/x`, `--config-test=x`), long options shortened as long as they are
// unambiguous, options and words in any order, `--` ends them. No library has all of this.
// It tells what stands there, in order, and judges nothing.
// Source: getopt_long(3), keepalived 2.2.7.

/** Whether an option takes a value. */
export type ValueRule = "none" | "required" | "optional";

/** One option of a table. Each has a short or a long form, or both. */
export interface OptionSpec<Key extends string> {
  key: Key;
  /** One letter. */
  short?: string;
  /** Without the dashes. */
  long?: string;
  value: ValueRule;
  /** False: the long form is known only in full, so that it makes no shorter form ambiguous. */
  shortened?: boolean;
}

/** One thing found on the command line. */
export type Found<Key extends string> =
  | { kind: "option"; key: Key; spelled: string; value: string | null }
  | { kind: "word"; word: string }
  /** `spelled` as keepalived prints it: `-Q` for a letter, the whole argument for a long one. */
  | { kind: "unknown"; spelled: string }
  | { kind: "missing"; spelled: string };

/** Reads a command line; items come in the order in which they stand. Never throws. */
export function getopt<Key extends string>(
  args: readonly string[],
  table: readonly OptionSpec<Key>[],
): Found<Key>[] {
  const found: Found<Key>[] = [];
  const rest = args.slice();
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      found.push(...rest.map((word) => ({ kind: "word", word }) as const));
      return found;
    }
    if (arg.startsWith("--")) found.push(readLong(arg, rest, table));
    else if (arg.startsWith("-") && arg !== "-") found.push(...readCluster(arg, rest, table));
    else found.push({ kind: "word", word: arg });
  }
  return found;
}

function readLong<Key extends string>(
  arg: string,
  rest: string[],
  table: readonly OptionSpec<Key>[],
): Found<Key> {
  const equals = arg.indexOf("=");
  const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const attached = equals < 0 ? null : arg.slice(equals + 1);
  const spec = findLong(name, table);
  if (spec === null) return { kind: "unknown", spelled: arg };
  const spelled = `--${spec.long}`;
  if (spec.value === "none") {
    if (attached !== null) return { kind: "unknown", spelled: arg };
    return { kind: "option", key: spec.key, spelled, value: null };
  }
  return withValue(spec, spelled, attached, rest);
}

/** The option with this name, or the only one that begins so; null when there is none or several. */
function findLong<Key extends string>(
  name: string,
  table: readonly OptionSpec<Key>[],
): OptionSpec<Key> | null {
  const exact = table.find((spec) => spec.long === name);
  if (exact !== undefined) return exact;
  const candidates = table.filter((spec) =>
    spec.shortened !== false && spec.long?.startsWith(name)
  );
  return candidates.length === 1 ? candidates[0]! : null;
}

function readCluster<Key extends string>(
  arg: string,
  rest: string[],
  table: readonly OptionSpec<Key>[],
): Found<Key>[] {
  const found: Found<Key>[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at]!;
    const spelled = `-${letter}`;
    const spec = table.find((candidate) => candidate.short === letter);
    if (spec === undefined) {
      found.push({ kind: "unknown", spelled });
    } else if (spec.value === "none") {
      found.push({ kind: "option", key: spec.key, spelled, value: null });
    } else {
      const attached = at + 1 < arg.length ? arg.slice(at + 1) : null;
      found.push(withValue(spec, spelled, attached, rest));
      break;
    }
  }
  return found;
}

/** Finishes an option that takes a value. An empty value counts as none (keepalived). */
function withValue<Key extends string>(
  spec: OptionSpec<Key>,
  spelled: string,
  attached: string | null,
  rest: string[],
): Found<Key> {
  const value = attached ?? (spec.value === "required" ? rest.shift() ?? null : null);
  if (spec.value === "required" && (value === null || value === "")) {
    return { kind: "missing", spelled };
  }
  return { kind: "option", key: spec.key, spelled, value };
}
