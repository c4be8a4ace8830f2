// Does what a hand chose, at the playhead, and says so.

import { describeAction } from "../../host/sim/scenario/describe_action.ts";
import type { Action } from "../../host/sim/scenario/scenario.ts";
import { announcement, playheadUs } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { doAction } from "../source/play/client.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";

/** Does it. */
export function doByHand(action: Action): void {
  const time = timeText(playheadUs.peek());
  doAction(action);
  announcement.value = t(TOPOLOGY_TEXT.done, { action: actionText(action), time });
}

/** A step with whom it befalls. */
export function actionText(action: Action): string {
  const who = "node" in action && action.node !== null ? `${action.node}: ` : "";
  return who + describeAction(action);
}
