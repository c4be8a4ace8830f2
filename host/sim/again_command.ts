// The command line that plays exactly one simulation again. This module is browser safe.

/** What was played. */
export interface AgainOptions {
  /** One configuration file a node. */
  files: readonly string[];
  /** Names that were given to the nodes; empty: none were. */
  names: readonly string[];
  /** A scenario file or the name of a made one; "tour" is what is played without. */
  scenario: string;
  seed: number;
}

/** The command. */
export function againCommand({ files, names, scenario, seed }: AgainOptions): string {
  const words = [
    ...["vipd", "simulate"],
    ...files,
    ...names.flatMap((name) => ["--name", name]),
    ...(scenario === "tour" ? [] : ["--scenario", scenario]),
    ...["--seed", String(seed)],
  ];
  return words.map(shellWord).join(" ");
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
