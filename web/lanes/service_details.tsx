// How a service, a real server or the clients of a segment stand at the playhead.

import type { JSX } from "preact";
import { playheadSlow, recording, revision, scene } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { endpointText, serverState } from "../story/scene.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { Section } from "./event_details.tsx";
import { Fact } from "./facts.tsx";
import { laneIndex } from "./index_signal.ts";
import { checkKey } from "./lane_types.ts";
import { lastAt } from "./lod.ts";

/** What the checks of a node say of a real server, in words. */
function verdictOf(node: string, service: string, server: string): string {
  revision.value;
  const verdicts = laneIndex.value.nodes.get(node)?.checks.get(checkKey(service, server))?.verdicts;
  const last = verdicts?.[lastAt(verdicts, playheadSlow.value)];
  if (last === undefined || last.isGood === null) return t(LANES_TEXT.serverUnknown);
  return t(last.isGood ? LANES_TEXT.serverUp : LANES_TEXT.serverDown, {
    time: timeText(last.atUs),
  });
}

/** How a server answers, in words: the state is a word or an object with its kind. */
function answerText(address: string, port: number): string {
  const state = serverState(scene.value, address, port);
  return typeof state === "string" ? state : JSON.stringify(state).replace(/[{}"]/g, "");
}

/** A real server: what it answers, and what each node believes. */
export function ServerDetails(
  { address, port }: { address: string; port: number | null },
): JSX.Element {
  const { cast, source } = recording.value;
  const uses = cast.services.flatMap((service) =>
    service.servers.filter((one) => one.address === address && (port === null || one.port === port))
      .map((server) => ({ service, server }))
  );
  return (
    <article class="details" data-testid="details" data-kind="server">
      <h2>{port === null ? address : endpointText({ address, port })}</h2>
      {uses.map(({ service, server }) => (
        <Section key={`${service.name} ${server.name}`} title={service.name}>
          <dl class="facts">
            <Fact name={t(LANES_TEXT.endpoint)}>
              <span class="mono">{endpointText(server)}</span>,{" "}
              {t(LANES_TEXT.weight, { weight: server.weight })}
            </Fact>
            {source === "simulation" && (
              <Fact name={t(LANES_TEXT.answers)}>{answerText(address, server.port)}</Fact>
            )}
            {service.nodes.map((node) => (
              <Fact key={node} name={node}>
                {verdictOf(node, service.name, server.name)},{" "}
                {tableText(node, service.name, server)}
              </Fact>
            ))}
          </dl>
        </Section>
      ))}
    </article>
  );
}

/** Whether and how the server stands in a node's kernel. */
function tableText(
  node: string,
  service: string,
  server: { address: string; port: number },
): string {
  const found = scene.value.nodes.get(node)?.services.get(service)?.destinations
    .get(endpointText(server));
  return found === undefined
    ? t(LANES_TEXT.notInTable)
    : t(LANES_TEXT.inTable, { weight: found.weight });
}

/** A virtual server. */
export function ServiceDetails({ name }: { name: string }): JSX.Element | null {
  const service = recording.value.cast.services.find((one) => one.name === name);
  if (service === undefined) return null;
  const { scheduler, method, quorum, hysteresis, persistenceS, sorry } = service;
  return (
    <article class="details" data-testid="details" data-kind="service">
      <h2>{name}</h2>
      <dl class="facts">
        <Fact name={t(LANES_TEXT.scheduler)}>
          {scheduler}, {method}
          {persistenceS !== null && `, ${t(LANES_TEXT.persistence, { seconds: persistenceS })}`}
        </Fact>
        <Fact name={t(LANES_TEXT.quorum)}>{quorum} ± {hysteresis}</Fact>
        {sorry !== null && <Fact name={t(LANES_TEXT.sorry)}>{endpointText(sorry)}</Fact>}
      </dl>
      {service.nodes.map((node) => (
        <Section key={node} title={node}>
          <dl class="facts">
            {service.servers.map((server) => (
              <Fact key={server.name} name={endpointText(server)}>
                {verdictOf(node, name, server.name)}, {tableText(node, name, server)}
              </Fact>
            ))}
          </dl>
        </Section>
      ))}
    </article>
  );
}

/** The clients of a segment: where they send to. */
export function ClientDetails({ segment }: { segment: number }): JSX.Element {
  const { routers, segments } = recording.value.cast;
  const addresses = routers.filter((router) => router.segment === segment)
    .flatMap((router) => router.addresses);
  const { caches } = scene.value;
  return (
    <article class="details" data-testid="details" data-kind="client">
      <h2>{t(LANES_TEXT.clientOf, { segment: segments[segment]?.name ?? String(segment) })}</h2>
      <dl class="facts">
        {addresses.map((address) => {
          const cache = caches.get(`${segment} ${address}`);
          const owner = cache?.owner ?? cache?.mac ?? t(LANES_TEXT.nobody);
          return (
            <Fact key={address} name={address}>
              {t(LANES_TEXT.sendsTo, { owner })}
              {cache?.mac != null && <span class="mono soft mac">{cache.mac}</span>}
            </Fact>
          );
        })}
      </dl>
    </article>
  );
}
