// Makes the wires of a node worse: latency, jitter, loss, duplicates, reordering.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { WireQuality } from "../../host/sim/scenario/scenario.ts";
import { recording } from "../app/state.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t, type Text } from "../text/text.ts";
import { doByHand } from "./do_offer.ts";

type Field = "latencyUs" | "jitterUs" | "loss" | "duplicate" | "reorder";

/** How a field is shown: in its own unit, so many of the quality's units each. */
const FIELDS: Record<Field, { text: Text; unit: number; max: number; step: number }> = {
  latencyUs: { text: TOPOLOGY_TEXT.latency, unit: 1000, max: 10_000, step: 0.05 },
  jitterUs: { text: TOPOLOGY_TEXT.jitter, unit: 1000, max: 10_000, step: 0.05 },
  loss: { text: TOPOLOGY_TEXT.loss, unit: 0.01, max: 100, step: 1 },
  duplicate: { text: TOPOLOGY_TEXT.duplicate, unit: 0.01, max: 100, step: 1 },
  reorder: { text: TOPOLOGY_TEXT.reorder, unit: 0.01, max: 100, step: 1 },
};

const texts = signal<Record<Field, string>>({
  latencyUs: "",
  jitterUs: "",
  loss: "30",
  duplicate: "",
  reorder: "",
});
const direction = signal<"both" | "in" | "out">("both");
const device = signal("");

/** The fields that were filled in, as a quality; null: one is no number in its range. */
export function qualityOf(values: Readonly<Record<Field, string>>): Partial<WireQuality> | null {
  const quality: Partial<WireQuality> = {};
  for (const [name, { unit, max }] of Object.entries(FIELDS) as [Field, typeof FIELDS[Field]][]) {
    const text = values[name].trim();
    if (text === "") continue;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0 || value > max) return null;
    const isTime = name === "latencyUs" || name === "jitterUs";
    quality[name] = isTime ? Math.round(value * unit) : Math.round(value * unit * 1e4) / 1e4;
  }
  return quality;
}

/** The form; open where one interface was picked (`only`). */
export function WireForm(
  { node, only }: { node: string; only: string | null },
): JSX.Element | null {
  const interfaces =
    (recording.value.cast.nodes.find(({ name }) => name === node)?.interfaces ?? [])
      .filter(({ name }) => only === null || name === only);
  const chosen = interfaces.some(({ name }) => name === device.value)
    ? device.value
    : interfaces[0]?.name;
  if (chosen === undefined) return null;
  const quality = qualityOf(texts.value);
  const isEmpty = quality !== null && Object.keys(quality).length === 0;
  return (
    <details open={only !== null}>
      <summary>{t(TOPOLOGY_TEXT.wire, { interface: chosen })}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (quality === null || isEmpty) return;
          doByHand({
            do: "wire",
            node,
            interface: chosen,
            direction: direction.value,
            quality,
          });
        }}
      >
        <div class="row">
          {interfaces.length > 1 && (
            <select
              aria-label={t(TOPOLOGY_TEXT.cables)}
              value={chosen}
              onChange={(event) => device.value = event.currentTarget.value}
            >
              {interfaces.map(({ name }) => <option key={name} value={name}>{name}</option>)}
            </select>
          )}
          <select
            aria-label={t(TOPOLOGY_TEXT.direction)}
            value={direction.value}
            onChange={(event) =>
              direction.value = event.currentTarget.value as "both" | "in" | "out"}
          >
            <option value="both">{t(TOPOLOGY_TEXT.both)}</option>
            <option value="in">{t(TOPOLOGY_TEXT.toNode)}</option>
            <option value="out">{t(TOPOLOGY_TEXT.fromNode)}</option>
          </select>
        </div>
        <div class="row">
          {(Object.keys(FIELDS) as Field[]).map((name) => (
            <label key={name}>
              {t(FIELDS[name].text)}
              <input
                type="number"
                min={0}
                max={FIELDS[name].max}
                step={FIELDS[name].step}
                value={texts.value[name]}
                onInput={(event) =>
                  texts.value = { ...texts.value, [name]: event.currentTarget.value }}
              />
            </label>
          ))}
        </div>
        <button type="submit" disabled={quality === null || isEmpty}>
          {t(TOPOLOGY_TEXT.degrade)}
        </button>
      </form>
    </details>
  );
}
