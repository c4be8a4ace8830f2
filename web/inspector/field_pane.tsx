// The fields, layer by layer: a list that one walks through with the arrows.

import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Field, hasProblem, type Layer } from "../../host/sim/dissect/field.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { FIELD_TEXT, LAYER_TEXT } from "../text/packet_fields.ts";
import { t } from "../text/text.ts";
import type { ShownPacket } from "./packets.ts";
import { movedField } from "./hex_rows.ts";
import { comparison, fields, lit, picked, pickField, pointed } from "./inspector_state.ts";

const idOf = (number: number) => `inspector-field-${number}`;

/** The pane. */
export function FieldPane({ packet }: { packet: ShownPacket }): JSX.Element {
  const pane = useRef<HTMLDivElement>(null);
  const number = picked.value;
  useEffect(() => {
    pane.current?.querySelector(`#${idOf(number)}`)?.scrollIntoView({ block: "nearest" });
  }, [number]);
  let count = 0;
  return (
    <div
      ref={pane}
      class="fields"
      role="listbox"
      aria-label={t(INSPECTOR_TEXT.fields)}
      aria-activedescendant={number >= 0 ? idOf(number) : undefined}
      aria-describedby="inspector-detail"
      tabIndex={0}
      data-own-keys
      data-testid="inspector-fields"
      onKeyDown={onKeyDown}
      onFocus={() => picked.peek() < 0 && pickField(0)}
      onPointerLeave={() => pointed.value = -1}
    >
      {packet.dissection.layers.map((layer, i) => {
        const first = count;
        count += layer.fields.length;
        return (
          <LayerGroup key={`${layer.id} ${layer.from}`} layer={layer} number={i} first={first} />
        );
      })}
    </div>
  );
}

function onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
  const next = movedField(event.key, picked.peek(), fields.peek().length);
  if (next === null) return;
  event.preventDefault();
  pickField(next);
}

function LayerGroup(
  { layer, number, first }: { layer: Layer; number: number; first: number },
): JSX.Element {
  const id = `inspector-layer-${number}`;
  return (
    <div role="group" aria-labelledby={id} class="layer" data-layer={number % 4}>
      <div class="layer-name" id={id} role="presentation">
        {t(LAYER_TEXT[layer.id])}
        <span class="soft">
          {t(INSPECTOR_TEXT.sizeBytes, { size: layer.to - layer.from })}
        </span>
      </div>
      {layer.fields.map((field, i) => (
        <FieldRow
          key={first + i}
          field={field}
          number={first + i}
        />
      ))}
    </div>
  );
}

function FieldRow({ field, number }: { field: Field; number: number }): JSX.Element {
  const fellow = comparison.value?.differences.get(field);
  const isWrong = hasProblem(field);
  const isRight = field.expected !== null && !isWrong;
  return (
    <div
      role="option"
      id={idOf(number)}
      class={`field ${lit.value === number ? "lit" : ""}`}
      aria-selected={picked.value === number}
      data-field={field.id}
      onPointerMove={(event) => {
        // The pointer rests while fields scroll by under it.
        if (event.movementX !== 0 || event.movementY !== 0) pointed.value = number;
      }}
      onClick={() => pickField(number)}
    >
      <span class="field-name">{t(FIELD_TEXT[field.id].name)}</span>
      <span class="field-value mono">{field.value === "" ? field.raw : field.value}</span>
      {isWrong && <Mark kind="bad" sign="✗" text={t(INSPECTOR_TEXT.problem)} />}
      {isRight && <Mark kind="good" sign="✓" text={t(INSPECTOR_TEXT.right)} />}
      {fellow !== undefined && (
        <span class="field-other mono">
          <Mark kind="changed" sign="≠" text={t(INSPECTOR_TEXT.differs)} />
          {fellow === null ? t(INSPECTOR_TEXT.onlyHere) : t(INSPECTOR_TEXT.otherHas, {
            value: fellow.value === "" ? fellow.raw : fellow.value,
          })}
        </span>
      )}
    </div>
  );
}

/** A sign with its meaning for those who do not see it. */
function Mark({ kind, sign, text }: { kind: string; sign: string; text: string }): JSX.Element {
  return (
    <span class={`mark ${kind}`} title={text}>
      <span aria-hidden="true">{sign}</span>
      <span class="hidden-text">{text}</span>
    </span>
  );
}
