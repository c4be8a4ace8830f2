// Faults by hand: everything that can be done to the picked thing, and the steps that were made.

import type { JSX } from "preact";
import { recording, revision, scene, selection } from "../app/state.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { actionsFor, nodeOf, type OfferGroup } from "./actions_for.ts";
import { doByHand } from "./do_offer.ts";
import { NodeForms, PartitionForm, ServerForm } from "./more_forms.tsx";
import { ReloadForm } from "./reload_form.tsx";
import { StepList } from "./step_list.tsx";
import { WireForm } from "./wire_form.tsx";
import { pickText } from "./words.ts";

/** The panel. */
export function FaultPanel(): JSX.Element {
  revision.value;
  const { source, cast } = recording.value;
  if (source !== "simulation") return <p class="soft">{t(TOPOLOGY_TEXT.notHere)}</p>;
  const picked = selection.value;
  const node = nodeOf(picked);
  const name = picked === null ? "" : pickText(picked);
  return (
    <div class="faults" data-testid="faults">
      <h2 class="picked-name">{name === "" ? t(TOPOLOGY_TEXT.everything) : name}</h2>
      {name === "" && <p class="soft">{t(TOPOLOGY_TEXT.pick)}</p>}
      <Pickers />
      {actionsFor(scene.value, cast, picked).map((group) => (
        <Group key={group.title.en} {...group} />
      ))}
      {picked?.kind === "server" && (
        <ServerForm
          address={picked.address}
          port={picked.port}
          onPort={(port) => selection.value = { ...picked, port }}
          key={`server ${picked.address}`}
        />
      )}
      {node !== null && (
        <WireForm
          node={node}
          only={picked?.kind === "link" ? picked.interface : null}
          key={`wire ${name}`}
        />
      )}
      {node !== null && <NodeForms node={node} key={`more ${node}`} />}
      {node !== null && <ReloadForm node={node} key={`reload ${node}`} />}
      <PartitionForm />
      <StepList />
    </div>
  );
}

function Group({ title, offers }: OfferGroup): JSX.Element {
  return (
    <section>
      <h3>{t(title)}</h3>
      <div class="row">
        {offers.map(({ id, text, values, action, isEnabled }) => (
          <button
            type="button"
            key={id}
            data-testid={`do-${action.do}`}
            disabled={!isEnabled}
            onClick={() => doByHand(action)}
          >
            {t(text, values)}
          </button>
        ))}
      </div>
    </section>
  );
}

/** Nodes and servers as buttons: who does not use the picture picks here. */
function Pickers(): JSX.Element {
  const { nodes, servers } = recording.value.cast;
  const picked = selection.value;
  const isServer = (address: string) => picked?.kind === "server" && picked.address === address;
  return (
    <div class="row pickers" role="group" aria-label={t(TOPOLOGY_TEXT.things)}>
      {nodes.map(({ name }) => (
        <button
          type="button"
          key={name}
          aria-pressed={nodeOf(picked) === name}
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
          aria-pressed={isServer(address)}
          data-testid={`pick-${address}`}
          onClick={() => selection.value = { kind: "server", address, port: null }}
        >
          {address}
        </button>
      ))}
    </div>
  );
}

export { StepList };
