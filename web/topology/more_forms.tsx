// What takes more than a button: how long main stands still, how fast the clock runs, which code a script
// exits with, what a server's port answers, who hears whom.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { recording, scene } from "../app/state.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { canFail, SCRIPT_RUN_US, STALL_US } from "./actions_for.ts";
import { doByHand } from "./do_offer.ts";
import { NumberForm } from "./number_form.tsx";

const SECOND_US = 1_000_000;
/** Longest stall that a hand makes, seconds. */
const STALL_MAX_S = 600;
/** A clock's rate, as scenarios take it (host/sim/scenario/scenario.ts). */
const CLOCK = { min: 0.5, max: 2, initial: 1.05 };
/** Statuses of HTTP, and the first that a check by default takes for bad. */
const STATUS = { min: 100, max: 599, initial: 500 };

/** Stall, clock and exit codes of a node. */
export function NodeForms({ node }: { node: string }): JSX.Element {
  const scripts = recording.value.cast.nodes.find(({ name }) => name === node)?.scripts ?? [];
  const isRunning = scene.value.nodes.get(node)?.process === "running";
  return (
    <section>
      <h3>{t(TOPOLOGY_TEXT.moreOfNode)}</h3>
      <NumberForm
        label={TOPOLOGY_TEXT.stallFor}
        apply={TOPOLOGY_TEXT.stall}
        initial={STALL_US / SECOND_US}
        min={0.001}
        max={STALL_MAX_S}
        step={0.5}
        isEnabled={isRunning}
        testId="stall-form"
        onApply={(seconds) =>
          doByHand({ do: "stallMain", node, forUs: Math.round(seconds * SECOND_US) })}
      />
      <NumberForm
        label={TOPOLOGY_TEXT.clock}
        apply={TOPOLOGY_TEXT.apply}
        {...CLOCK}
        step={0.01}
        testId="clock-form"
        onApply={(rate) => doByHand({ do: "clock", node, rate })}
      />
      {scripts.map((script) => (
        <NumberForm
          key={script}
          label={{
            en: TOPOLOGY_TEXT.exitCode.en.replace("{script}", script),
            zh: TOPOLOGY_TEXT.exitCode.zh.replace("{script}", script),
          }}
          apply={TOPOLOGY_TEXT.apply}
          initial={2}
          min={0}
          max={255}
          step={1}
          testId="exit-form"
          onApply={(code) =>
            doByHand({
              do: "script",
              node,
              script,
              outcome: { kind: "exit", code: Math.round(code) },
              runUs: SCRIPT_RUN_US,
            })}
        />
      ))}
    </section>
  );
}

/** Which port of a server, and which status it answers. */
export function ServerForm(
  { address, port, onPort }: {
    address: string;
    port: number | null;
    onPort(port: number | null): void;
  },
): JSX.Element | null {
  const { cast } = recording.value;
  if (!canFail(cast, address)) return null;
  const { services } = cast;
  const ports = [
    ...new Set(
      services.flatMap(({ servers, sorry }) => [...servers, ...(sorry === null ? [] : [sorry])])
        .filter((one) => one.address === address).map((one) => one.port),
    ),
  ];
  return (
    <section>
      {ports.length > 1 && (
        <label class="number-form">
          {t(TOPOLOGY_TEXT.port)}{" "}
          <select
            value={port ?? ""}
            onChange={({ currentTarget: { value } }) => onPort(value === "" ? null : Number(value))}
          >
            <option value="">{t(TOPOLOGY_TEXT.everyPort)}</option>
            {ports.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
      )}
      <NumberForm
        label={TOPOLOGY_TEXT.httpStatus}
        apply={TOPOLOGY_TEXT.apply}
        {...STATUS}
        step={1}
        testId="status-form"
        onApply={(status) => doByHand({ do: "server", address, port, state: Math.round(status) })}
      />
    </section>
  );
}

/** Nodes that are not with the first half of them, by hand. */
const inSecond = signal<ReadonlySet<string>>(new Set());
const sides = computed(() => {
  const names = recording.value.cast.nodes.map(({ name }) => name);
  return [
    names.filter((name) => !inSecond.value.has(name)),
    names.filter((name) => inSecond.value.has(name)),
  ] as const;
});

/** A partition in two: who is on the other side. */
export function PartitionForm(): JSX.Element | null {
  const { nodes } = recording.value.cast;
  if (nodes.length < 3) return null;
  const [first, second] = sides.value;
  const isGood = first.length > 0 && second.length > 0;
  return (
    <fieldset class="partition">
      <legend>{t(TOPOLOGY_TEXT.partitionOf)}</legend>
      {nodes.map(({ name }) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={inSecond.value.has(name)}
            onChange={({ currentTarget: { checked } }) => {
              const next = new Set(inSecond.value);
              if (checked) next.add(name);
              else next.delete(name);
              inSecond.value = next;
            }}
          />
          {name}
        </label>
      ))}
      <button
        type="button"
        disabled={!isGood}
        onClick={() => doByHand({ do: "partition", sets: [[...first], [...second]] })}
      >
        {t(TOPOLOGY_TEXT.split)}
      </button>
    </fieldset>
  );
}
