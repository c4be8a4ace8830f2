// What must not be overlooked, above everything else.

import type { JSX } from "preact";
import { type Alarm, alarmsOf, isGrave } from "../topology/alarms.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { recording, scene } from "./state.ts";

/** Lines of the banner: what is left out stands in the picture too. */
const SHOWN_MAX = 4;

/** The banner; nothing while all is well. */
export function AlarmBanner(): JSX.Element {
  const { cast } = recording.value;
  const alarms = alarmsOf(scene.value, cast)
    .filter((alarm) => isGrave(alarm, scene.value, cast));
  return (
    <div role="alert" data-testid="alarms">
      {alarms.length > 0 && (
        <ul class="alarms">
          {alarms.slice(0, SHOWN_MAX).map((alarm) => (
            <li key={alarmText(alarm)}>⚠ {alarmText(alarm)}</li>
          ))}
          {alarms.length > SHOWN_MAX && (
            <li>{t(TOPOLOGY_TEXT.more, { count: alarms.length - SHOWN_MAX })}</li>
          )}
        </ul>
      )}
    </div>
  );
}

/** An alarm in a sentence. */
export function alarmText(alarm: Alarm): string {
  switch (alarm.kind) {
    case "twoMasters":
      return t(TOPOLOGY_TEXT.twoMasters, { ...alarm, nodes: alarm.nodes.join(", ") });
    case "twoHolders":
      return t(TOPOLOGY_TEXT.twoHolders, { ...alarm, nodes: alarm.nodes.join(", ") });
    case "noHolder":
      return t(TOPOLOGY_TEXT.noHolder, alarm);
    case "stale":
      return t(TOPOLOGY_TEXT.stale, {
        address: alarm.address,
        owner: alarm.owner ?? t(TOPOLOGY_TEXT.stranger),
      });
    case "lost":
      return t(TOPOLOGY_TEXT.lostNode, alarm);
    case "violation":
      return t(TOPOLOGY_TEXT.violation, alarm);
  }
}
