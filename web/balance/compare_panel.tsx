// Two schedulers side by side on the same requests, with the servers of a service.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Compared } from "../../host/sim/traffic/compare.ts";
import { recording, seed } from "../app/state.ts";
import type { CastService } from "../story/cast.ts";
import { endpointText } from "../story/scene.ts";
import { BALANCE_TEXT } from "../text/balance.ts";
import { t } from "../text/text.ts";
import { compareSchedulers } from "./traffic.ts";

/** Schedulers that the core has. */
const SCHEDULERS = ["rr", "wrr", "lc", "wlc"] as const;
const DURATION_US = 20_000_000;
const PER_SECOND = 300;

const chosen = signal<[string, string]>(["rr", "wlc"]);
const service = signal("");
/** Times as slow, by `address:port`. */
const slowness = signal<Readonly<Record<string, number>>>({});
const results = signal<readonly Compared[]>([]);
const isBusy = signal(false);

async function compare({ key, servers }: CastService): Promise<void> {
  isBusy.value = true;
  results.value = await compareSchedulers([...chosen.peek()], {
    family: key.family,
    servers: servers.map((one) => ({
      address: one.address,
      port: one.port,
      weight: one.weight,
      slowness: slowness.peek()[endpointText(one)] ?? 1,
    })),
    perSecond: PER_SECOND,
    durationUs: DURATION_US,
    seed: seed.peek(),
  });
  isBusy.value = false;
}

/** The panel. */
export function ComparePanel(): JSX.Element | null {
  const { services } = recording.value.cast;
  const of = services.find(({ name }) => name === service.value) ?? services[0];
  if (of === undefined || of.servers.length === 0) return null;
  return (
    <section class="compare card" aria-label={t(BALANCE_TEXT.compare)} data-testid="compare">
      <h2>{t(BALANCE_TEXT.compare)}</h2>
      <p class="soft">{t(BALANCE_TEXT.compareHint)}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void compare(of);
        }}
      >
        <div class="row">
          {[0, 1].map((side) => (
            <select
              key={side}
              aria-label={`${t(BALANCE_TEXT.scheduler)} ${side + 1}`}
              value={chosen.value[side]}
              onChange={(event) => {
                const next: [string, string] = [...chosen.value];
                next[side] = event.currentTarget.value;
                chosen.value = next;
              }}
            >
              {SCHEDULERS.map((one) => <option key={one}>{one}</option>)}
            </select>
          ))}
          {services.length > 1 && (
            <select
              aria-label={t(BALANCE_TEXT.title)}
              value={of.name}
              onChange={(event) => {
                service.value = event.currentTarget.value;
                results.value = [];
              }}
            >
              {services.map(({ name }) => <option key={name}>{name}</option>)}
            </select>
          )}
          <button type="submit" class="primary" disabled={isBusy.value}>
            {t(BALANCE_TEXT.run)}
          </button>
        </div>
        <div class="row">
          {of.servers.map((one) => {
            const name = endpointText(one);
            return (
              <label key={name}>
                <span class="mono">{name}</span>
                <input
                  type="number"
                  min={1}
                  max={100}
                  value={slowness.value[name] ?? 1}
                  onInput={(event) => {
                    const value = Number(event.currentTarget.value);
                    if (value >= 1 && value <= 100) {
                      slowness.value = { ...slowness.value, [name]: value };
                    }
                  }}
                />
                {t(BALANCE_TEXT.slowness)}
              </label>
            );
          })}
        </div>
      </form>
      <div class="compared">
        {results.value.map((one, i) => <Result key={`${one.scheduler} ${i}`} of={one} />)}
      </div>
    </section>
  );
}

function Result({ of: { scheduler, servers, meanUs } }: { of: Compared }): JSX.Element {
  const most = Math.max(1, ...[...servers.values()].map(({ openMax }) => openMax));
  return (
    <div data-testid="compared">
      <h3>{scheduler} · {t(BALANCE_TEXT.mean, { ms: (meanUs / 1000).toFixed(1) })}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t(BALANCE_TEXT.server)}</th>
            <th scope="col">{t(BALANCE_TEXT.requests)}</th>
            <th scope="col">{t(BALANCE_TEXT.openMean)}</th>
          </tr>
        </thead>
        <tbody>
          {[...servers].map(([server, { requests, openMean, openMax }]) => (
            <tr key={server}>
              <th scope="row" class="mono">{server}</th>
              <td class="number">{requests}</td>
              <td>
                <div class="open-bar">
                  <div style={{ width: `${openMean / most * 100}%` }} />
                  <span>{openMean.toFixed(1)} ({openMax})</span>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
