// What stands for secrets in what is given away: the same for equal ones, in all files, so that nodes whose
// passwords agree agree after it, and those whose do not do not. Every secret of one play goes through one
// masking.

import { SourceFile } from "../../host/conf/source.ts";
import { type Secret, type SecretKind, secretsOf } from "../../host/conf/secrets.ts";
import { AUTH_PASS_SIZE_MAX } from "../../host/conf/limits.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";

/** Ends the path of a change of a password. */
const PASSWORD_PATH = /\.auth_pass$/;

/** One masking. */
export class Masking {
  readonly #masks = new Map<string, string>();

  /** How many different secrets it met. */
  get size(): number {
    return this.#masks.size;
  }

  /** The text without its secrets: it loads if the text does. */
  text(text: string): string {
    const parts: string[] = [];
    let end = 0;
    for (const secret of secretsOf(new SourceFile("", text))) {
      if (secret.value === "") continue;
      parts.push(text.slice(end, secret.start), this.#mask(secret.kind, secret.value));
      end = secret.end;
    }
    parts.push(text.slice(end));
    return parts.join("");
  }

  /** The scenario without the passwords of its changes; configurations of its reloads stay. */
  scenario(scenario: Scenario): Scenario {
    const steps = scenario.steps.map((step) => {
      const { action } = step;
      if (action.do !== "reload") return step;
      const set = action.set.map(({ path, value }) => ({
        path,
        value: PASSWORD_PATH.test(path) && value !== ""
          ? this.#mask("password", String(value))
          : value,
      }));
      return { ...step, action: { ...action, set } };
    });
    return { ...scenario, steps };
  }

  #mask(kind: SecretKind, value: string): string {
    const key = `${kind} ${kind === "password" ? sentPart(value) : value}`;
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const mask = maskOf(kind, this.#masks.size + 1);
    this.#masks.set(key, mask);
    return mask;
  }
}

/** Routers compare the bytes that are sent. */
function sentPart(value: Secret["value"]): string {
  return new TextEncoder().encode(value).subarray(0, AUTH_PASS_SIZE_MAX).join();
}

/** A password has at most 8 characters, a token at least 16. */
function maskOf(kind: SecretKind, number: number): string {
  return kind === "token" ? `masked-token-${String(number).padStart(4, "0")}` : `mask${number}`;
}
