// What a field means: a sentence, where the standard says it, its bits, and what is remarkable about it.

import type { JSX } from "preact";
import { type Field, REMARK_LEVELS } from "../../host/sim/dissect/field.ts";
import { sourceText, sourceUrl } from "../../host/sim/dissect/source.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { FIELD_TEXT } from "../text/packet_fields.ts";
import { REMARK_TEXT } from "../text/packet_remarks.ts";
import { t } from "../text/text.ts";
import { bitsOf } from "./hex_rows.ts";
import { fields, lit } from "./inspector_state.ts";

/** Bytes of a field whose bits are shown. */
const BIT_BYTES_MAX = 4;

/** The box below bytes and fields. */
export function FieldDetail({ bytes }: { bytes: Uint8Array }): JSX.Element {
  const field = fields.value[lit.value];
  return (
    <section
      class="detail"
      id="inspector-detail"
      aria-label={t(INSPECTOR_TEXT.explanation)}
      data-testid="inspector-detail"
    >
      {field === undefined
        ? <p class="soft">{t(INSPECTOR_TEXT.pickField)}</p>
        : <Explanation field={field} bytes={bytes} />}
    </section>
  );
}

function Explanation({ field, bytes }: { field: Field; bytes: Uint8Array }): JSX.Element {
  const { name, help } = FIELD_TEXT[field.id];
  const url = sourceUrl(field.source);
  const { from, to } = field;
  const place = to - from === 1
    ? t(INSPECTOR_TEXT.oneByte, { from })
    : t(INSPECTOR_TEXT.byteRange, { from, to: to - 1 });
  return (
    <>
      <h3>
        {t(name)} <span class="mono detail-value">{field.value}</span>
      </h3>
      <p>{t(help)}</p>
      {field.remarks.map(({ code, values }) => (
        <p key={code} class={`remark ${REMARK_LEVELS[code]}`}>
          <span aria-hidden="true">{REMARK_LEVELS[code] === "problem" ? "✗ " : "• "}</span>
          <span class="hidden-text">{t(INSPECTOR_TEXT[REMARK_LEVELS[code]])}:</span>
          {t(REMARK_TEXT[code], values)}
        </p>
      ))}
      <p class="facts">
        <Expected field={field} />
        <span>{place}</span>
        <Bits field={field} bytes={bytes} />
        {field.raw !== field.value && (
          <span>
            {t(INSPECTOR_TEXT.raw)} <span class="mono">{field.raw}</span>
          </span>
        )}
        {url === null
          ? field.source.document !== "" && <span>{sourceText(field.source)}</span>
          : (
            <a href={url} target="_blank" rel="noreferrer" data-testid="inspector-source">
              {sourceText(field.source)}
            </a>
          )}
      </p>
    </>
  );
}

/** Of a checksum: whether it is right, and what it should be. */
function Expected({ field: { expected, remarks } }: { field: Field }): JSX.Element | null {
  if (expected === null) return null;
  const isWrong = remarks.some(({ code }) => REMARK_LEVELS[code] === "problem");
  return (
    <span class={isWrong ? "" : "mark good"} data-testid="inspector-checksum">
      {isWrong
        ? (
          <>
            {t(INSPECTOR_TEXT.expected)} <span class="mono">{expected}</span>
          </>
        )
        : `✓ ${t(INSPECTOR_TEXT.right)}`}
    </span>
  );
}

function Bits({ field, bytes }: { field: Field; bytes: Uint8Array }): JSX.Element | null {
  if (field.mask === null || field.to - field.from > BIT_BYTES_MAX) return null;
  const bits = bitsOf(field, bytes);
  return (
    <span>
      {t(INSPECTOR_TEXT.bits)}{" "}
      <span class="mono bits">
        {bits.map(({ bit, isOwn }, i) => (
          <span key={i} class={isOwn ? "own" : "soft"}>
            {i > 0 && i % 8 === 0 ? ` ${bit}` : bit}
          </span>
        ))}
      </span>
    </span>
  );
}
