// How a node, one of its instances or one of its cables stands at the playhead.

import type { JSX } from "preact";
import { describeReason } from "../../host/engine/describe.ts";
import { playheadSlow, recording, revision, scene, selection } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import type { CastInstance, CastNode } from "../story/cast.ts";
import { endpointText, type InstanceScene, type NodeScene } from "../story/scene.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { LastChange, Section } from "./event_details.tsx";
import { exactText } from "./exact.ts";
import { Fact } from "./facts.tsx";
import { laneIndex } from "./index_signal.ts";
import { lastAt } from "./lod.ts";
import { priorityText } from "./priority_text.ts";
import { StateChip } from "./state_chip.tsx";

function castOf(node: string): CastNode | undefined {
  return recording.value.cast.nodes.find(({ name }) => name === node);
}

/** A node. */
export function NodeDetails({ node }: { node: string }): JSX.Element | null {
  const of = scene.value.nodes.get(node);
  const cast = castOf(node);
  if (of === undefined || cast === undefined) return null;
  return (
    <article class="details" data-testid="details" data-kind="node">
      <h2>{node}</h2>
      <Known of={of} />
      <dl class="facts">
        <Fact name={t(LANES_TEXT.process)}>{of.process}</Fact>
        <Fact name={t(LANES_TEXT.holdsAddresses)}>
          {[...of.held].join(", ") || t(LANES_TEXT.none)}
        </Fact>
        {of.trackers.size > 0 && (
          <Fact name={t(LANES_TEXT.trackers)}>
            {[...of.trackers].map(([name, state]) => `${name} ${state}`).join(", ")}
          </Fact>
        )}
        {cast.interfaces.map(({ name, addresses, mac }) => (
          <Fact key={name} name={name}>
            {t(of.linksDown.has(name) ? LANES_TEXT.cableIsOut : LANES_TEXT.cableIsIn)}
            {[...addresses, mac].filter((one) => one !== "").map((one) => `, ${one}`).join("")}
          </Fact>
        ))}
      </dl>
      <Section title={t(LANES_TEXT.instances)}>
        <ul class="instance-list">
          {cast.instances.map(({ name, vrid }) => {
            const one = of.instances.get(name);
            return one !== undefined && (
              <li key={name}>
                <button
                  type="button"
                  onClick={() => selection.value = { kind: "instance", node, instance: name }}
                >
                  {name} <span class="soft">VRID {vrid}</span>
                </button>{" "}
                {of.isKnown && <StateChip state={one.state} />}{" "}
                {of.isKnown && one.priority > 0 && <span class="mono">{one.priority}</span>}
              </li>
            );
          })}
        </ul>
      </Section>
      <Services of={of} />
    </article>
  );
}

function Known({ of }: { of: NodeScene }): JSX.Element | null {
  if (of.isKnown) return null;
  return (
    <p class="bad-text">
      {of.lostUs === null
        ? t(LANES_TEXT.unknown)
        : t(LANES_TEXT.unknownSince, { time: timeText(of.lostUs) })}
    </p>
  );
}

function Services({ of }: { of: NodeScene }): JSX.Element | null {
  if (of.services.size === 0) return null;
  return (
    <Section title={t(LANES_TEXT.ipvsTable)}>
      <dl class="facts">
        {[...of.services].map(([name, { scheduler, destinations }]) => (
          <Fact key={name} name={`${name} ${scheduler}`}>
            {[...destinations.values()].map((one) =>
              `${endpointText(one)} ${t(LANES_TEXT.weight, { weight: one.weight })}`
            ).join(", ") || t(LANES_TEXT.none)}
          </Fact>
        ))}
      </dl>
    </Section>
  );
}

/** An instance. */
export function InstanceDetails(
  { node, name }: { node: string; name: string },
): JSX.Element | null {
  const of = scene.value.nodes.get(node);
  const one = of?.instances.get(name);
  const cast = castOf(node)?.instances.find((instance) => instance.name === name);
  if (of === undefined || one === undefined || cast === undefined) return null;
  return (
    <article class="details" data-testid="details" data-kind="instance">
      <p class="details-when">
        <b>{node}</b> <span class="soft">VRID {cast.vrid} · VRRP {cast.version}</span>
      </p>
      <h2>
        {name} {of.isKnown && <StateChip state={one.state} />}
      </h2>
      <Known of={of} />
      {of.isKnown && <InstanceFacts node={node} cast={cast} of={of} one={one} />}
    </article>
  );
}

interface InstanceProps {
  node: string;
  cast: CastInstance;
  of: NodeScene;
  one: InstanceScene;
}

function InstanceFacts({ node, cast, of, one }: InstanceProps): JSX.Element {
  const now = playheadSlow.value;
  return (
    <>
      {of.process !== "running" && (
        <p class="bad-text">{t(LANES_TEXT.processNow, { process: of.process })}</p>
      )}
      {one.inferred && <p class="soft">{t(LANES_TEXT.inferred)}</p>}
      {one.transition !== null && <p>{describeReason(one.transition)}.</p>}
      <LastChange node={node} instance={cast.name} us={now} />
      <dl class="facts">
        <Fact name={t(LANES_TEXT.state)}>
          {t(LANES_TEXT.stateFor, {
            time: timeText(one.sinceUs),
            length: timeText(now - one.sinceUs),
          })}
        </Fact>
        {one.priority > 0 && (
          <Fact name={t(LANES_TEXT.priorityName)}>
            <span class="mono">{prioritySum(node, cast.name, now) ?? one.priority}</span>
          </Fact>
        )}
        <TimerFact one={one} now={now} />
        {one.preemptUs !== null && (
          <Fact name={t(LANES_TEXT.preempt)}>
            {t(LANES_TEXT.overAt, { time: timeText(one.preemptUs) })}
          </Fact>
        )}
        {one.master !== null && (
          <Fact name={t(LANES_TEXT.master)}>
            {t(LANES_TEXT.masterIs, one.master)}
          </Fact>
        )}
        <Fact name={t(LANES_TEXT.addresses)}>
          {cast.addresses.map((address) => (
            <div key={address}>
              <span class="mono">{address}</span>{" "}
              <span class="soft">
                {t(of.held.has(address) ? LANES_TEXT.held : LANES_TEXT.notHeld)}
              </span>
            </div>
          ))}
        </Fact>
        <Fact name={t(LANES_TEXT.interval)}>
          {exactText(cast.advertisementIntervalUs)}, {cast.interface}
          {cast.group !== null && `, ${t(LANES_TEXT.group, { name: cast.group })}`}
        </Fact>
      </dl>
    </>
  );
}

/** A timer with how much of it has run, as a bar and in numbers. */
function TimerFact({ one, now }: { one: InstanceScene; now: number }): JSX.Element | null {
  if (one.protocolUs === null) return null;
  const wholeUs = one.protocolUs - one.protocolSetUs;
  const ageUs = Math.max(0, Math.min(wholeUs, now - one.protocolSetUs));
  const name = one.state === "MASTER" ? LANES_TEXT.advertTimer : LANES_TEXT.downTimer;
  return (
    <Fact name={t(name)}>
      <progress
        class="timer-bar"
        data-state={one.state}
        max={1}
        value={wholeUs > 0 ? ageUs / wholeUs : 1}
        aria-label={t(name)}
      />
      <span class="mono">{exactText(Math.round(ageUs / 1000) * 1000)} / {exactText(wholeUs)}</span>
      {" "}
      <span class="soft">{t(LANES_TEXT.overAt, { time: timeText(one.protocolUs) })}</span>
    </Fact>
  );
}

function prioritySum(node: string, instance: string, us: number): string | null {
  revision.value;
  const lane = laneIndex.value.of(node, instance);
  const point = lane?.priorities[lastAt(lane.priorities, us)];
  return point === undefined || point.value === 0 ? null : priorityText(point);
}

/** A cable. */
export function LinkDetails({ node, name }: { node: string; name: string }): JSX.Element | null {
  const of = scene.value.nodes.get(node);
  const cast = castOf(node)?.interfaces.find((one) => one.name === name);
  if (of === undefined || cast === undefined) return null;
  const users = castOf(node)!.instances.filter((one) => one.interface === name);
  const wires = [...of.wires].filter(([key]) => key.startsWith(`${name} `) || key.startsWith(" "));
  return (
    <article class="details" data-testid="details" data-kind="link">
      <p class="details-when">
        <b>{node}</b>
      </p>
      <h2>{name}</h2>
      <dl class="facts">
        <Fact name={t(LANES_TEXT.cable)}>
          {t(of.linksDown.has(name) ? LANES_TEXT.cableIsOut : LANES_TEXT.cableIsIn)}
        </Fact>
        {cast.mac !== "" && (
          <Fact name="MAC">
            <span class="mono">{cast.mac}</span>
          </Fact>
        )}
        <Fact name={t(LANES_TEXT.addresses)}>
          <span class="mono">{cast.addresses.join(", ") || t(LANES_TEXT.none)}</span>
        </Fact>
        {users.length > 0 && (
          <Fact name={t(LANES_TEXT.instances)}>{users.map((one) => one.name).join(", ")}</Fact>
        )}
        {wires.map(([key, quality]) => (
          <Fact key={key} name={t(LANES_TEXT.wire, { way: key.slice(key.lastIndexOf(" ") + 1) })}>
            {Object.entries(quality).map(([what, value]) =>
              `${what} ${value}`
            ).join(", ")}
          </Fact>
        ))}
      </dl>
    </article>
  );
}
