// Faults by hand: what can be done to the picked thing, and the steps that were made.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { describeAction } from "../../host/sim/scenario/describe_action.ts";
import { jumpTo } from "../app/playback.ts";
import { recording, revision, scenario, scene, selection } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import {
  doAction,
  playedNodes,
  reloadWithText,
  removeStep,
  restoreStep,
  undone,
} from "../source/play/client.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { nodeOf, offersFor } from "./actions_for.ts";
import { WireForm } from "./wire_form.tsx";

/** The panel. */
export function FaultPanel(): JSX.Element {
  revision.value;
  const { source, cast } = recording.value;
  if (source !== "simulation") return <p class="soft">{t(TOPOLOGY_TEXT.notHere)}</p>;
  const picked = selection.value;
  const node = nodeOf(picked);
  return (
    <div class="faults" data-testid="faults">
      <h2 class="picked-name">{pickedName() ?? t(TOPOLOGY_TEXT.everything)}</h2>
      {node === null && picked?.kind !== "server" && (
        <>
          <p class="soft">{t(TOPOLOGY_TEXT.pick)}</p>
          <Pickers />
        </>
      )}
      {offersFor(cast, scene.value, picked).map(({ title, offers }) => (
        <section key={title.en}>
          <h3>{t(title)}</h3>
          <div class="row">
            {offers.map(({ text, values, action }) => (
              <button
                type="button"
                key={JSON.stringify(action)}
                data-testid={`do-${action.do}`}
                onClick={() => doAction(action)}
              >
                {t(text, values)}
              </button>
            ))}
          </div>
        </section>
      ))}
      {node !== null && <WireForm node={node} key={`wire ${node}`} />}
      {node !== null && <Reload node={node} key={`reload ${node}`} />}
      <StepList />
    </div>
  );
}

function pickedName(): string | null {
  const picked = selection.value;
  switch (picked?.kind) {
    case "node":
      return picked.node;
    case "instance":
      return `${picked.node} · ${picked.instance}`;
    case "link":
      return `${picked.node} · ${picked.interface}`;
    case "server":
      return picked.address;
    default:
      return null;
  }
}

/** The nodes and servers as buttons: who does not see the picture begins here. */
function Pickers(): JSX.Element {
  const { nodes, servers } = recording.value.cast;
  return (
    <div class="row">
      {nodes.map(({ name }) => (
        <button
          type="button"
          key={name}
          data-testid={`pick-${name}`}
          onClick={() => selection.value = { kind: "node", node: name }}
        >
          {name}
        </button>
      ))}
      {servers.map(({ address }) => (
        <button
          type="button"
          key={address}
          onClick={() => selection.value = { kind: "server", address, port: null }}
        >
          {address}
        </button>
      ))}
    </div>
  );
}

const path = signal("");
const value = signal("");

/** A reload with one change: a priority, a weight; or with what the editor has. */
function Reload({ node }: { node: string }): JSX.Element {
  const config = playedNodes.value?.find(({ name }) => name === node)?.config;
  const choices = [
    ...(config?.instances ?? []).map(({ name }) => ({
      path: `vrrp_instance.${name}.priority`,
      text: t(TOPOLOGY_TEXT.priority, { instance: name }),
    })),
    ...(config?.virtualServers ?? []).flatMap((service) =>
      service.realServers.map(({ name }) => ({
        path: `virtual_server.${service.name}.real_server.${name}.weight`,
        text: t(TOPOLOGY_TEXT.weight, { server: name }),
      }))
    ),
  ];
  const chosen = choices.some((one) => one.path === path.value) ? path.value : choices[0]?.path;
  const number = Number(value.value);
  const isGood = chosen !== undefined && /^\d{1,5}$/.test(value.value);
  return (
    <section>
      <h3>{t(TOPOLOGY_TEXT.reload)}</h3>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isGood) return;
          const set = [{ path: chosen, value: number }];
          doAction({ do: "reload", node, set, config: null });
        }}
      >
        <select
          aria-label={t(TOPOLOGY_TEXT.configuration)}
          value={chosen}
          onChange={(event) => path.value = event.currentTarget.value}
        >
          {choices.map(({ path, text }) => <option key={path} value={path}>{text}</option>)}
        </select>
        <input
          type="number"
          min={0}
          max={65535}
          aria-label={t(TOPOLOGY_TEXT.apply)}
          value={value.value}
          onInput={(event) => value.value = event.currentTarget.value}
        />
        <button type="submit" disabled={!isGood}>{t(TOPOLOGY_TEXT.reload)}</button>
        <button type="button" onClick={() => reloadWithText(node)}>
          {t(TOPOLOGY_TEXT.reloadText)}
        </button>
      </form>
    </section>
  );
}

/** The steps of the scenario; each can be taken out again. */
export function StepList(): JSX.Element {
  const steps = scenario.value?.steps ?? [];
  return (
    <section aria-label={t(TOPOLOGY_TEXT.steps)}>
      <h3>{t(TOPOLOGY_TEXT.steps)}</h3>
      {steps.length === 0 && <p class="soft">{t(TOPOLOGY_TEXT.noSteps)}</p>}
      <ol class="steps" data-testid="steps">
        {steps.map(({ atUs, action }, i) => (
          <li key={`${atUs} ${i}`}>
            <button
              type="button"
              class="mono"
              aria-label={`${t(TOPOLOGY_TEXT.jump)} ${timeText(atUs)}`}
              onClick={() => jumpTo(atUs)}
            >
              {timeText(atUs)}
            </button>
            <span>{"node" in action ? `${action.node ?? ""} ` : ""}{describeAction(action)}</span>
            <button
              type="button"
              aria-label={`${t(TOPOLOGY_TEXT.remove)} ${timeText(atUs)}`}
              title={t(TOPOLOGY_TEXT.remove)}
              onClick={() => removeStep(i)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
      {undone.value.length > 0 && (
        <button type="button" onClick={restoreStep}>{t(TOPOLOGY_TEXT.undo)}</button>
      )}
    </section>
  );
}
