// Any event of a recording in a line: the simulator's and the directors' own sentences, and the page's words for
// what has none.

import { describeRecord } from "../../host/engine/describe.ts";
import { describeEvent, describeOperation } from "../../host/engine/describe_event.ts";
import { describeCheckOutcome, describeScriptOutcome } from "../../host/engine/describe_value.ts";
import { addressesText, addressVerb } from "../../host/sim/timeline/timeline_words.ts";
import type { SentPacket } from "../../host/sim/world_view.ts";
import type { RecordedEvent } from "../story/recording.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";

/** Operations on the kernel's table that are named; of more the number. */
const OPERATIONS_TOLD = 4;

/** The line, without the time and the node. */
export function eventWords(event: RecordedEvent): string {
  switch (event.kind) {
    case "action":
      return event.text;
    case "process":
      return t(LANES_TEXT.processNow, { process: event.process });
    case "record":
      return describeRecord(event.record);
    case "event":
      return describeEvent(event.event);
    case "address":
      return addressesText(addressVerb(event), [event.address]);
    case "client":
      return t(LANES_TEXT.cacheOf, {
        address: event.address,
        owner: event.owner ?? event.mac ?? t(LANES_TEXT.nobody),
      });
    case "notify": {
      const { name, state, script, arguments: rest } = event.notify;
      const command = [script.command, ...rest].join(" ");
      return t(LANES_TEXT.notification, { name, state, command });
    }
    case "violation":
      return `${event.violation.invariant}: ${event.violation.text}`;
    case "advert":
      return t(LANES_TEXT.advertSent, { vrid: event.vrid, priority: event.priority });
    case "packet":
      return packetWords(event.packet);
    case "state":
      return `(${event.instance}) ${event.state}${event.text === "" ? "" : `: ${event.text}`}`;
    case "connection":
      return t(event.isUp ? LANES_TEXT.found : LANES_TEXT.lost, { why: event.text })
        .replace(/[:：]\s*$/, "");
    case "remark":
      return event.text;
    default:
      return smallWords(event);
  }
}

function packetWords({ carries, instance, address }: SentPacket): string {
  return carries === "advert"
    ? t(LANES_TEXT.advertises, { instance: instance ?? "?" })
    : t(LANES_TEXT.announces, { address: address ?? "?" });
}

type Small = Extract<RecordedEvent, {
  kind: "instance" | "scriptRun" | "check" | "ipvs" | "link" | "tracker" | "server";
}>;

/** What is no news by itself. */
function smallWords(event: Small): string {
  switch (event.kind) {
    case "instance":
      return t(LANES_TEXT.instanceNow, { name: event.instance.name });
    case "scriptRun":
      return event.outcome === null
        ? t(LANES_TEXT.scriptStarts, { script: event.script })
        : `${event.script}: ${describeScriptOutcome(event.outcome)}`;
    case "check":
      return event.outcome === null
        ? t(LANES_TEXT.checkStarts, { check: event.check, server: event.realServer })
        : `${event.check} ${event.realServer}: ${describeCheckOutcome(event.outcome)}`;
    case "ipvs": {
      const told = event.operations.slice(0, OPERATIONS_TOLD).map(describeOperation);
      const more = event.operations.length - told.length;
      return `IPVS: ${told.join("; ")}${more > 0 ? ` + ${more}` : ""}`;
    }
    case "link":
      return t(event.up ? LANES_TEXT.cableIn : LANES_TEXT.cableOut, { interface: event.interface });
    case "tracker":
      return `${event.tracker}: ${event.state}`;
    case "server":
      return `${event.server} (${event.service}): ${event.state}, ${
        t(LANES_TEXT.weight, { weight: event.weight })
      }`;
  }
}

/** What is wrong with it, for its colour: a fault, a failure, a violation. */
export function isBadEvent(event: RecordedEvent): boolean {
  switch (event.kind) {
    case "violation":
      return true;
    case "record":
      return event.record.kind === "refused" ||
        (event.record.kind === "transition" && event.record.to === "FAULT");
    case "event":
      return /_(DOWN|LOST|FAILED|DROPPED)$/.test(event.event.event);
    case "link":
      return !event.up;
    case "connection":
      return !event.isUp;
    case "remark":
      return event.isBad;
    case "scriptRun":
      return event.outcome !== null && !(event.outcome.kind === "exit" && event.outcome.code === 0);
    default:
      return false;
  }
}
