// An event in the details: its sentence, the arithmetic of its numbers, what followed, the record itself.

import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { describeReason } from "../../host/engine/describe.ts";
import type { TransitionRecord } from "../../host/engine/contract.ts";
import { INVARIANT_MEANINGS } from "../../host/sim/invariants/index.ts";
import { jumpTo } from "../app/playback.ts";
import { recording, revision, selection, view } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { explainAt } from "../source/replay/client.ts";
import { firstAt, type RecordedEvent } from "../story/recording.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { prioritySums, type Sum, sumsOf } from "./arithmetic.ts";
import { eventSums } from "./event_sums.ts";
import { eventWords, isBadEvent } from "./event_words.ts";
import { exactText } from "./exact.ts";
import { followersOf } from "./followed.ts";
import { laneIndex } from "./index_signal.ts";
import { lastAt } from "./lod.ts";
import { StateChip } from "./state_chip.tsx";
import { rankOf } from "./step.ts";
import { factsAt } from "./sum_facts.ts";
import { SumTable } from "./sum_table.tsx";

/** Other events of a moment that are listed. */
const MOMENT_MAX = 10;

interface Place {
  event: RecordedEvent;
  place: number;
}

/** The details of an event. */
export function EventDetails({ event, place }: Place): JSX.Element {
  return (
    <article class="details" data-testid="details" data-kind={event.kind}>
      <p class="details-when">
        <time class="mono">{timeText(event.atUs, 6)}</time>{" "}
        {event.node !== null && <b>{event.node}</b>}
      </p>
      <Head event={event} place={place} />
      {event.kind === "violation" && <Violated event={event} />}
      {event.kind === "packet" && <Arrivals event={event} place={place} />}
      <SumTable sums={sumsAt(place)} />
      <Explanation event={event} place={place} />
      <SameMoment place={place} />
      <Followed event={event} place={place} />
      {(event.kind === "record" || event.kind === "event") && (
        <details>
          <summary>{t(LANES_TEXT.record)}</summary>
          <pre class="mono" tabIndex={0}>
            {JSON.stringify(event.kind === "record" ? event.record : event.event, null, 1)}
          </pre>
        </details>
      )}
    </article>
  );
}

function sumsAt(place: number): Sum[] {
  const { events, cast } = recording.value;
  const event = events[place];
  if (event?.kind === "event") return eventSums(event.event);
  if (event?.kind !== "record") return [];
  const { record } = event;
  if (record.kind === "transition") {
    return sumsOf(record, factsAt(events, place, laneIndex.value, cast));
  }
  if (record.kind === "priority") {
    return prioritySums(record, factsAt(events, place, laneIndex.value, cast));
  }
  return [];
}

function Head({ event, place }: Place): JSX.Element {
  if (event.kind === "record" && event.record.kind === "transition") {
    return <TransitionHead node={event.node ?? ""} record={event.record} place={place} />;
  }
  if (event.kind === "state") {
    return (
      <>
        <h2>
          {event.instance} <StateChip state={event.state} />
        </h2>
        {event.text !== "" && <p>{event.text}</p>}
        {event.inferred && <p class="soft">{t(LANES_TEXT.inferred)}</p>}
      </>
    );
  }
  if (event.kind === "violation") {
    const name = event.violation.invariant;
    return <h2 class="bad-text">{t(LANES_TEXT.violated, { name })}</h2>;
  }
  return <h2 class={isBadEvent(event) ? "bad-text" : undefined}>{eventWords(event)}</h2>;
}

function TransitionHead(
  { node, record, place }: { node: string; record: TransitionRecord; place: number },
): JSX.Element {
  const isGroup = record.subject === "GROUP";
  const name = isGroup ? record.groupName : record.instanceName;
  const reason = describeReason(record);
  return (
    <>
      <h2>
        {isGroup ? t(LANES_TEXT.group, { name: name ?? "?" }) : name ?? "?"}{" "}
        <span class="details-change">
          <StateChip state={record.from} /> <span aria-label="to">→</span>{" "}
          <StateChip state={record.to} />
        </span>
      </h2>
      <p>{reason.charAt(0).toUpperCase() + reason.slice(1)}.</p>
      <p class="soft">
        {t(LANES_TEXT.heldFor, { state: record.from, time: exactText(record.stateAgeUs) })}
      </p>
      {!isGroup && <Neighbours node={node} instance={name ?? ""} place={place} />}
    </>
  );
}

/** The transitions of the instance before and after. */
function Neighbours(
  { node, instance, place }: { node: string; instance: string; place: number },
): JSX.Element | null {
  revision.value;
  const bands = laneIndex.value.of(node, instance)?.bands ?? [];
  const at = bands.findIndex((band) => band.event === place);
  if (at < 0) return null;
  const go = (band: { event: number; atUs: number } | undefined) => {
    if (band === undefined || band.event < 0) return;
    jumpTo(band.atUs);
    selection.value = { kind: "event", event: band.event };
  };
  const [before, after] = [bands[at - 1], bands[at + 1]];
  return (
    <div class="details-steps">
      <button
        type="button"
        disabled={before === undefined || before.event < 0}
        onClick={() => go(before)}
      >
        ← {t(LANES_TEXT.changeBefore)}
      </button>
      <button type="button" disabled={after === undefined} onClick={() => go(after)}>
        {t(LANES_TEXT.changeAfter)} →
      </button>
    </div>
  );
}

function Violated(
  { event }: { event: Extract<RecordedEvent, { kind: "violation" }> },
): JSX.Element {
  const { invariant, text } = event.violation;
  const meaning = INVARIANT_MEANINGS[invariant];
  return (
    <>
      {meaning !== undefined && <p>{t(LANES_TEXT.meaning, { meaning })}</p>}
      <p>{t(LANES_TEXT.seen, { text })}</p>
      <p class="soft">{t(LANES_TEXT.violatedHint)}</p>
    </>
  );
}

function Arrivals(
  { event, place }: { event: Extract<RecordedEvent, { kind: "packet" }>; place: number },
): JSX.Element {
  const { packet } = event;
  return (
    <>
      <Section title={t(LANES_TEXT.arrivals)}>
        {packet.arrivals.length === 0 && <p>{t(LANES_TEXT.arrivesNowhere)}</p>}
        <ul>
          {packet.arrivals.map(({ node, atUs }, i) => (
            <li key={i}>
              {t(LANES_TEXT.arrives, {
                who: node ?? t(LANES_TEXT.client),
                time: exactText(atUs - event.atUs),
              })}
            </li>
          ))}
        </ul>
      </Section>
      <button
        type="button"
        data-testid="show-packet"
        onClick={() => {
          selection.value = { kind: "packet", event: place };
          view.value = "inspector";
        }}
      >
        {t(LANES_TEXT.showPacket)}
      </button>
    </>
  );
}

/** What is under a heading. */
export function Section(
  { title, children }: { title: string; children: ComponentChildren },
): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

const explained = signal<{ place: number; lines: readonly string[] } | null>(null);

/** What a dump's own explanation of a transition says. */
function Explanation({ event, place }: Place): JSX.Element | null {
  const isAsked = recording.value.source === "dump" && event.kind === "record";
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    void explainAt(event).then((answer) => {
      if (!isOver && answer !== null) explained.value = { place, lines: answer.sentences };
    });
    return () => void (isOver = true);
  }, [event, isAsked]);
  if (!isAsked || explained.value?.place !== place) return null;
  return (
    <Section title={t(LANES_TEXT.explained)}>
      {explained.value.lines.map((line, i) => <p key={i}>{line}</p>)}
    </Section>
  );
}

function Followed({ event, place }: Place): JSX.Element | null {
  const { events, cast } = recording.value;
  const rows = followersOf(events, place, cast);
  if (rows.length === 0) return null;
  return (
    <Section title={t(LANES_TEXT.followed)}>
      <ol class="followed">
        {rows.map(({ place, afterUs, times }) => {
          const next = events[place]!;
          return (
            <li key={place}>
              <EventLink place={place}>
                <span class="mono">+ {exactText(afterUs)}</span>{" "}
                {next.node !== null && next.node !== event.node && (
                  <b class="followed-who">{next.node}</b>
                )}
                {eventWords(next)}
                {times > 1 && <span class="times">× {times}</span>}
              </EventLink>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

/** What else happened in the moment of an event. */
function SameMoment({ place }: { place: number }): JSX.Element | null {
  const { events } = recording.value;
  const { atUs } = events[place]!;
  const others: number[] = [];
  for (let i = firstAt(events, atUs); i < events.length && events[i]!.atUs === atUs; i++) {
    if (i !== place && rankOf(events[i]!) < Infinity) others.push(i);
  }
  if (others.length === 0) return null;
  const told = others.sort((one, other) => rankOf(events[one]!) - rankOf(events[other]!))
    .slice(0, MOMENT_MAX);
  return (
    <Section title={t(LANES_TEXT.sameMoment)}>
      <ol class="followed">
        {told.map((other) => (
          <li key={other}>
            <EventLink place={other}>
              {events[other]!.node !== null && <b class="followed-who">{events[other]!.node}</b>}
              {eventWords(events[other]!)}
            </EventLink>
          </li>
        ))}
      </ol>
      {others.length > told.length && (
        <p class="soft">{t(LANES_TEXT.andMore, { count: others.length - told.length })}</p>
      )}
    </Section>
  );
}

/** A button that picks an event and looks at its moment. */
function EventLink(
  { place, children }: { place: number; children: ComponentChildren },
): JSX.Element {
  const event = recording.value.events[place]!;
  return (
    <button
      type="button"
      data-bad={isBadEvent(event)}
      onClick={() => {
        jumpTo(event.atUs);
        selection.value = { kind: event.kind === "packet" ? "packet" : "event", event: place };
      }}
    >
      {children}
    </button>
  );
}

/** The last transition of an instance at or before a time, as a link to its details. */
export function LastChange(
  { node, instance, us }: { node: string; instance: string; us: number },
): JSX.Element | null {
  revision.value;
  const bands = laneIndex.value.of(node, instance)?.bands ?? [];
  const band = bands[lastAt(bands, us)];
  if (band === undefined || band.event < 0) return null;
  return (
    <button
      type="button"
      onClick={() => {
        jumpTo(band.atUs);
        selection.value = { kind: "event", event: band.event };
      }}
    >
      {t(LANES_TEXT.whyThisState)}
    </button>
  );
}
