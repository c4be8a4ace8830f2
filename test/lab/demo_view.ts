// What the demo shows, as text: a pure function of what was read from both directors and counted at
// the client, so that a test can look at it. Colour is the caller's: each piece carries a style.

import type { NodeStatus } from "../../host/control/protocol.ts";

/** A director as the demo sees it. */
export interface DirectorView {
  name: string;
  /** What was done to it: "running", "killed", "stopped (SIGSTOP)", "link cut", "chk_down set". */
  condition: string;
  /** Null while its daemon does not answer. */
  status: NodeStatus | null;
}

/** A real server as the demo sees it. */
export interface RealServerView {
  name: string;
  address: string;
  weight: number;
  running: boolean;
  /** Requests answered, in all and in the last second. */
  answered: number;
  perSecond: number;
}

/** Everything on the screen. */
export interface DemoView {
  elapsedS: number;
  directors: DirectorView[];
  realServers: RealServerView[];
  requests: { sent: number; failed: number; perSecond: number; lastFailure: string };
  /** Who answers ARP for each VIP, as the client's neighbour table says. */
  owners: { vip: string; owner: string }[];
  /** Newest last. */
  happened: { atS: number; who: string; text: string }[];
  keys: { key: string; does: string }[];
}

/** How a piece of a line is meant to look. */
export type Style = "plain" | "strong" | "good" | "bad" | "dim" | "title";
/** One line: pieces from left to right. */
export type Line = { text: string; style: Style }[];

const BAR_WIDTH = 24;
const KEYS_INDENT = 7;

/** The screen, line by line, at most `rows` of them and `columns` wide. */
export function renderDemo(view: DemoView, columns: number, rows: number): Line[] {
  const lines: Line[] = [
    [
      piece("vipd demo", "title"),
      piece(`   two directors, two VIPs, two real servers   ${view.elapsedS.toFixed(0)} s`, "dim"),
    ],
    [],
    ...directorLines(view.directors, view.owners),
    [],
    ...realServerLines(view.realServers),
    requestLine(view.requests),
    [],
    ...keyLines(view.keys, columns),
    [],
    [piece("what happened", "strong")],
  ];
  const room = Math.max(0, rows - lines.length);
  for (const entry of view.happened.slice(-room)) {
    lines.push([
      piece(`${entry.atS.toFixed(1).padStart(7)} s  ${entry.who.padEnd(6)} `, "dim"),
      piece(entry.text, styleOfEvent(entry.text)),
    ]);
  }
  return lines.slice(0, rows).map((line) => cut(line, columns));
}

function directorLines(directors: DirectorView[], owners: DemoView["owners"]): Line[] {
  const lines: Line[] = [];
  for (const director of directors) {
    const down = director.status === null;
    lines.push([
      piece(director.name.padEnd(7), "strong"),
      piece(director.condition, director.condition === "running" ? "plain" : "bad"),
      piece(down ? "   (its daemon does not answer)" : "", "dim"),
    ]);
    for (const instance of director.status?.instances ?? []) {
      const vip = instance.vips[0];
      const address = vip?.address.split("/")[0] ?? "";
      const owner = owners.find((o) => o.vip === address)?.owner === director.name;
      lines.push([
        piece(`  ${instance.name} `, "plain"),
        piece(instance.state.padEnd(7), styleOfState(instance.state)),
        piece(
          ` priority ${String(instance.priority.effective).padStart(3)} ${parts(instance)}`,
          "plain",
        ),
        piece(
          vip?.held ? ` holds ${address}` : "",
          vip?.held ? "good" : "plain",
        ),
        piece(owner ? " <- the client's ARP" : "", "good"),
      ]);
      lines.push([piece(`      ${instance.ageS.toFixed(0)} s: ${instance.reasonText}`, "dim")]);
    }
  }
  return lines;
}

function parts(instance: NodeStatus["instances"][number]): string {
  const added = instance.priority.parts.filter((p) => p.contribution !== 0)
    .map((p) => `${p.contribution > 0 ? "+" : ""}${p.contribution} ${p.tracker}`);
  return added.length === 0 ? "" : `= ${instance.priority.base} ${added.join(" ")}`;
}

function realServerLines(servers: RealServerView[]): Line[] {
  const most = Math.max(1, ...servers.map((s) => s.answered));
  const all = servers.reduce((sum, s) => sum + s.answered, 0);
  return servers.map((server) => {
    const width = Math.round((server.answered / most) * BAR_WIDTH);
    const share = all === 0 ? 0 : (100 * server.answered) / all;
    return [
      piece(server.name.padEnd(7), "strong"),
      piece(`${server.address.padEnd(16)} weight ${server.weight}  `, "plain"),
      piece("#".repeat(width).padEnd(BAR_WIDTH), server.running ? "good" : "dim"),
      piece(` ${String(server.answered).padStart(6)}  ${share.toFixed(1).padStart(5)} %`, "plain"),
      piece(`  ${server.perSecond}/s`, "dim"),
      piece(server.running ? "" : "  stopped", "bad"),
    ];
  });
}

function requestLine(requests: DemoView["requests"]): Line {
  return [
    piece("client ", "strong"),
    piece(`${requests.sent} requests, ${requests.perSecond}/s, `, "plain"),
    piece(`${requests.failed} failed`, requests.failed > 0 ? "bad" : "good"),
    piece(requests.lastFailure === "" ? "" : `  (last: ${requests.lastFailure})`, "dim"),
  ];
}

/** The keys, as many in a line as fit. */
function keyLines(keys: DemoView["keys"], columns: number): Line[] {
  const lines: Line[] = [];
  let line: Line = [piece("keys   ", "strong")];
  let width = KEYS_INDENT;
  for (const { key, does } of keys) {
    const size = key.length + does.length + 4;
    if (width + size > columns && width > KEYS_INDENT) {
      lines.push(line);
      line = [piece(" ".repeat(KEYS_INDENT), "plain")];
      width = KEYS_INDENT;
    }
    line.push(piece(key, "strong"), piece(` ${does}   `, "dim"));
    width += size;
  }
  return [...lines, line];
}

function styleOfState(state: string): Style {
  if (state === "MASTER") return "good";
  return state === "FAULT" || state === "STOP" ? "bad" : "plain";
}

function styleOfEvent(text: string): Style {
  if (text.startsWith("you:")) return "strong";
  if (text.includes("MASTER")) return "good";
  return text.includes("FAULT") || text.includes("DOWN") ? "bad" : "plain";
}

function piece(text: string, style: Style): Line[number] {
  return { text, style };
}

/** A line that is too long ends in an ellipsis. */
function cut(line: Line, columns: number): Line {
  const kept: Line = [];
  let room = columns;
  for (const { text, style } of line) {
    if (text.length > room) {
      return room === 0 ? kept : [...kept, { text: `${text.slice(0, room - 1)}…`, style }];
    }
    kept.push({ text, style });
    room -= text.length;
  }
  return kept;
}
