// What the picked thing is: of an event its sentence, its arithmetic and what followed, of anything else
// how it stands at the playhead.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { describeReason } from "../../host/engine/describe.ts";
import { INVARIANT_MEANINGS } from "../../host/sim/invariants/index.ts";
import { recording, revision, scene, selection, view } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { explainAt } from "../source/replay/client.ts";
import type { RecordedEvent } from "../story/recording.ts";
import type { InstanceScene, NodeScene } from "../story/scene.ts";
import { endpointText, serverState } from "../story/scene.ts";
import { ownerText } from "../topology/draw_topology.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { arithmeticOf } from "./arithmetic.ts";
import { lineOf } from "./sentence.ts";
import { stopAtViolations } from "./stop_at_violation.ts";

stopAtViolations();

/** What follows from an event comes within this, microseconds. */
const FOLLOWS_US = 2_000_000;
const FOLLOWS_MAX = 12;
/** Events that are looked through for it. */
const LOOK_MAX = 3_000;

/** The panel. */
export function DetailsPanel(): JSX.Element {
  revision.value;
  const picked = selection.value;
  if (picked === null) return <p class="soft">{t(LANES_TEXT.nothing)}</p>;
  switch (picked.kind) {
    case "event":
    case "packet": {
      const event = recording.value.events[picked.event];
      if (event === undefined) return <p class="soft">{t(LANES_TEXT.nothing)}</p>;
      return <EventDetails event={event} place={picked.event} />;
    }
    case "node":
    case "link":
      return <NodeDetails node={picked.node} />;
    case "instance":
      return <NodeDetails node={picked.node} only={picked.instance} />;
    case "client":
      return <ClientDetails segment={picked.segment} />;
    case "server":
      return <ServerDetails address={picked.address} />;
    case "service":
      return <p>{picked.service}</p>;
  }
}

function EventDetails({ event, place }: { event: RecordedEvent; place: number }): JSX.Element {
  const text = lineOf(event)?.text ?? "";
  return (
    <article class="details" data-testid="details">
      <p class="soft">
        <span class="mono">{timeText(event.atUs, 6)}</span> {event.node ?? ""}
      </p>
      {event.kind === "packet" ? <PacketDetails event={event} place={place} /> : <h2>{text}</h2>}
      {event.kind === "record" && event.record.kind === "transition" && (
        <>
          <h3>{t(LANES_TEXT.arithmetic)}</h3>
          <dl class="arithmetic">
            {arithmeticOf(event.record).map(({ what, formula, source }) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  <span class="mono">{formula}</span>{" "}
                  {source !== null && (
                    <a href={source.url} target="_blank" rel="noreferrer">{source.title}</a>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {event.kind === "violation" && (
        <>
          <p>
            {t(LANES_TEXT.meaning, {
              meaning: INVARIANT_MEANINGS[event.violation.invariant] ?? "",
            })}
          </p>
          <p class="bad-text">{t(LANES_TEXT.violatedHint)}</p>
        </>
      )}
      <Explanation event={event} place={place} />
      <Followed event={event} place={place} />
      {event.kind === "record" && (
        <details>
          <summary>{t(LANES_TEXT.record)}</summary>
          <pre class="mono">{JSON.stringify(event.record, null, 1)}</pre>
        </details>
      )}
    </article>
  );
}

function PacketDetails(
  { event, place }: { event: Extract<RecordedEvent, { kind: "packet" }>; place: number },
): JSX.Element {
  const { packet } = event;
  const node = event.node ?? "";
  const title = packet.carries === "advert"
    ? t(LANES_TEXT.advertOf, { instance: packet.instance ?? "", node })
    : t(LANES_TEXT.announcementOf, { address: packet.address ?? "", node });
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {packet.arrivals.length === 0 && <li>{t(LANES_TEXT.arrivesNowhere)}</li>}
        {packet.arrivals.map(({ node, atUs }) => (
          <li key={`${node} ${atUs}`}>
            {t(LANES_TEXT.arrives, {
              who: node ?? t(LANES_TEXT.client),
              time: `${Math.round(atUs - event.atUs)} µs`,
            })}
          </li>
        ))}
      </ul>
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

const explained = signal<{ place: number; lines: readonly string[] } | null>(null);

/** What a dump's own explanation of a transition says. */
function Explanation(
  { event, place }: { event: RecordedEvent; place: number },
): JSX.Element | null {
  const isAsked = recording.value.source === "dump" && event.kind === "record";
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    explainAt(event).then((answer) => {
      if (!isOver && answer !== null) explained.value = { place, lines: answer.sentences };
    });
    return () => isOver = true;
  }, [event, isAsked]);
  if (!isAsked || explained.value?.place !== place) return null;
  return (
    <>
      <h3>{t(LANES_TEXT.happened)}</h3>
      {explained.value.lines.map((line) => <p key={line}>{line}</p>)}
    </>
  );
}

/** What came soon after, as far as it may follow from it. */
function Followed({ event, place }: { event: RecordedEvent; place: number }): JSX.Element | null {
  const { events } = recording.value;
  const rows: { place: number; atUs: number; text: string }[] = [];
  const end = Math.min(events.length, place + LOOK_MAX);
  for (let i = place + 1; i < end && rows.length < FOLLOWS_MAX; i++) {
    const next = events[i]!;
    if (next.atUs > event.atUs + FOLLOWS_US) break;
    const line = lineOf(next);
    if (line === null || (next.kind === "action" && next.atUs > event.atUs)) continue;
    const who = next.node === null ? "" : `${next.node}: `;
    rows.push({ place: i, atUs: next.atUs, text: who + line.text });
  }
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{t(LANES_TEXT.followed)}</h3>
      <ol class="followed">
        {rows.map(({ place, atUs, text }) => (
          <li key={place}>
            <button type="button" onClick={() => selection.value = { kind: "event", event: place }}>
              <span class="mono">+{((atUs - event.atUs) / 1000).toFixed(3)} ms</span> {text}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

function NodeDetails({ node, only }: { node: string; only?: string }): JSX.Element | null {
  const of = scene.value.nodes.get(node);
  const cast = recording.value.cast.nodes.find(({ name }) => name === node);
  if (of === undefined || cast === undefined) return null;
  const instances = cast.instances.filter(({ name }) => only === undefined || name === only);
  return (
    <article class="details" data-testid="details">
      <h2>{node}{only === undefined ? "" : ` · ${only}`}</h2>
      <h3>{t(LANES_TEXT.stands)}</h3>
      {!of.isKnown && <p class="bad-text">{t(LANES_TEXT.unknown)}</p>}
      {only === undefined && <NodeFacts of={of} />}
      {of.isKnown && instances.map((instance) => {
        const one = of.instances.get(instance.name);
        if (one === undefined) return null;
        return (
          <section key={instance.name}>
            <h4>{instance.name} · VRID {instance.vrid} · v{instance.version}</h4>
            <InstanceFacts one={one} />
          </section>
        );
      })}
    </article>
  );
}

function NodeFacts({ of }: { of: NodeScene }): JSX.Element {
  return (
    <dl class="facts">
      <Fact name={t(LANES_TEXT.process)} value={of.process} />
      <Fact name={t(LANES_TEXT.addresses)} value={[...of.held].join(", ") || "–"} />
      <Fact
        name={t(LANES_TEXT.trackers)}
        value={[...of.trackers].map(([name, state]) => `${name} ${state}`).join(", ") || "–"}
      />
      {[...of.services].map(([name, { scheduler, destinations }]) => (
        <Fact
          key={name}
          name={name}
          value={`${scheduler}: ${
            [...destinations.values()].map((one) => `${endpointText(one)} ×${one.weight}`)
              .join(", ") || "–"
          }`}
        />
      ))}
    </dl>
  );
}

function InstanceFacts({ one }: { one: InstanceScene }): JSX.Element {
  return (
    <>
      <dl class="facts">
        <Fact
          name={t(LANES_TEXT.state)}
          value={`${one.state}, ${t(LANES_TEXT.since, { time: timeText(one.sinceUs) })}`}
        />
        {one.priority > 0 && (
          <Fact
            name={t(LANES_TEXT.priority, { priority: "" }).trim()}
            value={String(one.priority)}
          />
        )}
        {one.master !== null && (
          <Fact
            name={t(LANES_TEXT.master)}
            value={`${one.master.address} (${one.master.priority})`}
          />
        )}
        {one.protocolUs !== null && (
          <Fact
            name={t(LANES_TEXT.timer)}
            value={t(LANES_TEXT.at, { time: timeText(one.protocolUs) })}
          />
        )}
      </dl>
      {one.transition !== null && <p>{describeReason(one.transition)}</p>}
      {one.inferred && <p class="soft">{t(LANES_TEXT.inferred)}</p>}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ClientDetails({ segment }: { segment: number }): JSX.Element {
  const addresses = recording.value.cast.routers.filter((router) => router.segment === segment)
    .flatMap((router) => router.addresses);
  return (
    <article class="details" data-testid="details">
      <h2>{t(LANES_TEXT.client)}</h2>
      <ul>
        {addresses.map((address) => (
          <li key={address}>
            {t(LANES_TEXT.cacheOf, { address, owner: ownerText(scene.value, segment, address) })}
          </li>
        ))}
      </ul>
    </article>
  );
}

function ServerDetails({ address }: { address: string }): JSX.Element {
  const { services } = recording.value.cast;
  return (
    <article class="details" data-testid="details">
      <h2>{address}</h2>
      <dl class="facts">
        {services.flatMap((service) =>
          service.servers.filter((one) => one.address === address).map((one) => (
            <Fact
              key={`${service.name} ${one.name}`}
              name={`${service.name}`}
              value={`${endpointText(one)} ×${one.weight}: ${
                String(serverState(scene.value, address, one.port))
              }`}
            />
          ))
        )}
      </dl>
    </article>
  );
}
