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

  /** What the last run noted; nothing when there is no file, or it cannot be read: then why. */
  read(): { services: Set<string>; refused: string | null } {
    try {
      if (Deno.statSync(this.#path).size > STATE_SIZE_MAX) throw new Error("it is too large");
      const state = JSON.parse(Deno.readTextFileSync(this.#path)) as { services?: unknown } | null;
      if (!Array.isArray(state?.services)) throw new Error("it has no list of services");
      const services = state.services.filter((service) => typeof service === "string");
      return { services: new Set(services), refused: null };
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      const refused = isMissing ? null : `cannot read ${this.#path}: ${errorText(error)}`;
      return { services: new Set(), refused };
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

  /** Removes it: nothing of ours is left. Answers why not, or null. */
  remove(): string | null {
    try {
      Deno.removeSync(this.#path);
      return null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      return `cannot remove ${this.#path}: ${errorText(error)}`;
    }
  }
}
