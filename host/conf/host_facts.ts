// What a rule may ask of the machine. Callers that know no machine (a browser, `--no-host`) leave
// the object out, and the rules that need it stay silent.
// This module is browser safe.

/** A program as a script names it. */
export interface ProgramFacts {
  state: "executable" | "missing" | "not executable";
  /** What lets another user than root change what root runs, in words; null = nothing. */
  insecure: string | null;
}

/** The machine that the configuration is for. */
export interface HostFacts {
  /** Names of its network interfaces. */
  interfaces(): readonly string[];
  /** A program by path, or by name along PATH. */
  program(name: string): ProgramFacts;
  hasUser(name: string): boolean;
  hasGroup(name: string): boolean;
}
