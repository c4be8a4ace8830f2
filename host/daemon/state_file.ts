// The state file beside the pid file: which IPVS services a run of this daemon has put into the
// kernel, so that the next start knows what is ours to remove (crash-only: a start reads what is
// there). Losing the file costs no more than that leftovers of a killed daemon stay.

import { errorText } from "../base/errors.ts";
import type { ServiceKey } from "../conf/model.ts";

/** Largest state file that is read, bytes. */
const STATE_SIZE_MAX = 8 << 20;

/** Path of the state file that belongs to a pid file. */
export function stateFilePath(pidFile: string): string {
  return pidFile.replace(/\.pid$/, "") + ".state";
}

/** Text that says which service it is: what addService and deleteService go by. */
export function serviceIdentity(key: ServiceKey): string {
  return key.kind === "FWMARK"
    ? `${key.family} fwmark ${key.mark}`
    : `${key.family} ${key.protocol} ${key.address} ${key.port}`;
}

/** Reads and writes the state file. */
export class StateFile {
  readonly #path: string;
  readonly #services = new Set<string>();
  #written = "";

  constructor(pidFile: string) {
    this.#path = stateFilePath(pidFile);
  }

  /** What the last run noted; empty when there is no file or it makes no sense. */
  read(): Set<string> {
    try {
      if (Deno.statSync(this.#path).size > STATE_SIZE_MAX) return new Set();
      const state: unknown = JSON.parse(Deno.readTextFileSync(this.#path));
      const { services } = state as { services?: unknown };
      if (!Array.isArray(services)) return new Set();
      return new Set(services.filter((service) => typeof service === "string"));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return new Set();
      throw error;
    }
  }

  /** Notes a service as ours, or not any more. */
  note(service: ServiceKey, present: boolean): void {
    if (present) this.#services.add(serviceIdentity(service));
    else this.#services.delete(serviceIdentity(service));
  }

  /** Writes what was noted when it changed; answers why not, or null. */
  write(): string | null {
    const text = JSON.stringify({ services: [...this.#services].sort() });
    if (text === this.#written) return null;
    const temporary = `${this.#path}.new`;
    try {
      Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
      Deno.renameSync(temporary, this.#path);
      this.#written = text;
      return null;
    } catch (error) {
      return `cannot write ${this.#path}: ${errorText(error)}`;
    }
  }

  /** Removes it: nothing of ours is left. */
  remove(): void {
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
