// The names of the lanes: on the page, not on the canvas, so that they can be read, focused and pressed. Heads of
// groups fold them, names of instances and others pick what they name.

import { memo } from "./memo.ts";
import type { JSX } from "preact";
import { selection } from "../app/state.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { toggleGroup } from "./lanes_state.ts";
import { nodeGroup, routerGroup, type Row } from "./rows.ts";

/** The names, from `top` CSS pixels on. */
export const LaneNames = memo(function LaneNames(
  { rows, top }: { rows: readonly Row[]; top: number },
): JSX.Element {
  return (
    <>
      {rows.map((row) => (
        <div
          key={keyOf(row)}
          class="lane-name"
          data-kind={row.kind}
          style={{ top: `${row.top + top}px`, height: `${row.height}px` }}
        >
          <Name row={row} />
        </div>
      ))}
    </>
  );
});

function keyOf(row: Row): string {
  switch (row.kind) {
    case "router":
      return routerGroup(row.router);
    case "instance":
      return `instance ${row.node} ${row.instance}`;
    case "node":
      return nodeGroup(row.node);
    case "check":
      return `check ${row.node} ${row.key}`;
    case "service":
      return `service ${row.node} ${row.service}`;
    case "notifications":
      return `notifications ${row.node}`;
    default:
      return `${row.kind} ${row.node} ${row.name}`;
  }
}

function Name({ row }: { row: Row }): JSX.Element {
  switch (row.kind) {
    case "router": {
      const { name, vrid, addresses } = row.router;
      const more = addresses.length > 2 ? ` + ${addresses.length - 2}` : "";
      return (
        <Head group={routerGroup(row.router)} isFolded={row.isFolded} name={name}>
          <span class="soft">{name === `VRID ${vrid}` ? "" : `VRID ${vrid}`}</span>
          <span class="soft mono lane-addresses">{addresses.slice(0, 2).join(", ")}{more}</span>
        </Head>
      );
    }
    case "node":
      return <Head group={nodeGroup(row.node)} isFolded={row.isFolded} name={row.node} />;
    case "instance":
      return (
        <Pick
          text={row.node}
          label={`${row.node} ${row.instance}`}
          onPick={() =>
            selection.value = {
              kind: "instance",
              node: row.node,
              instance: row.instance,
            }}
        />
      );
    case "link":
      return (
        <Pick
          text={row.name}
          label={`${row.node} ${row.name}`}
          onPick={() => selection.value = { kind: "link", node: row.node, interface: row.name }}
        />
      );
    case "check":
      return (
        <Pick
          text={shortServer(row.name)}
          label={`${row.node} ${shortServer(row.name)} (${row.service})`}
          onPick={() =>
            selection.value = {
              kind: "server",
              address: row.server.address,
              port: row.server.port,
            }}
        />
      );
    case "service":
      return (
        <Pick
          text={shortServer(row.service)}
          label={`${row.node} ${shortServer(row.service)}`}
          onPick={() => selection.value = { kind: "service", service: row.service }}
        />
      );
    case "script":
      return <span class="lane-plain" title={row.name}>{row.name}</span>;
    case "notifications":
      return <span class="lane-plain">{t(LANES_TEXT.notifications)}</span>;
  }
}

/** `[172.18.200.100]:tcp:80` as `172.18.200.100:80`. */
function shortServer(name: string): string {
  const found = /^\[([^\]]*)\]:\w+:(\d+)$/.exec(name);
  if (found === null) return name;
  return found[1]!.includes(":") ? `[${found[1]}]:${found[2]}` : `${found[1]}:${found[2]}`;
}

function Head(
  { group, isFolded, name, children }: {
    group: string;
    isFolded: boolean;
    name: string;
    children?: JSX.Element | JSX.Element[];
  },
): JSX.Element {
  return (
    <button
      type="button"
      class="lane-head"
      aria-expanded={!isFolded}
      onClick={() => toggleGroup(group)}
    >
      <span class="lane-fold" aria-hidden="true">{isFolded ? "▸" : "▾"}</span> <b>{name}</b>{" "}
      {children}
    </button>
  );
}

function Pick(
  { text, label, onPick }: { text: string; label: string; onPick: () => void },
): JSX.Element {
  return (
    <button type="button" class="lane-pick" aria-label={label} title={label} onClick={onPick}>
      {text}
    </button>
  );
}
