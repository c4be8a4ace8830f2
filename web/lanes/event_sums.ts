// The numbers of the engine's events with what they are compared with. Pure.

import type { EngineEvent } from "../../host/engine/event.ts";
import { LANES_SUMS } from "../text/lane_sums.ts";
import type { Text } from "../text/text.ts";
import type { Sum } from "./arithmetic.ts";
import { exactText } from "./exact.ts";

const plain = (what: Text, numbers: string, formula: Text | null = null): Sum => ({
  ...{ what, formula, numbers },
  section: null,
  note: null,
});

/** Everything that can be computed of an event; nothing of most. */
export function eventSums(event: EngineEvent): Sum[] {
  switch (event.event) {
    case "TRACKER_STATE": {
      const { streak, needed, from } = event;
      if (from === "UNKNOWN") {
        return [{ ...plain(LANES_SUMS.streak, "1"), note: LANES_SUMS.firstDecides }];
      }
      return [plain(LANES_SUMS.streak, `${streak} ≥ ${needed}`, LANES_SUMS.streakFormula)];
    }
    case "CHECK_TRY_FAILED": {
      const { attempt, attemptsMax } = event;
      const sign = attempt < attemptsMax ? "<" : "=";
      const numbers = `${attempt} ${sign} ${attemptsMax}`;
      return [plain(LANES_SUMS.tries, numbers, LANES_SUMS.triesFormula)];
    }
    case "CHECK_UP":
    case "CHECK_DOWN":
      return event.heldUs === 0 ? [] : [plain(LANES_SUMS.verdictAge, exactText(event.heldUs))];
    case "REAL_SERVER_UP":
    case "REAL_SERVER_DOWN":
      return [
        plain(LANES_SUMS.alive, `${event.alive} ÷ ${event.servers}`),
        plain(LANES_SUMS.aliveWeight, String(event.aliveWeight)),
        ...quorumSums(event),
      ];
    case "QUORUM_GAINED":
    case "QUORUM_LOST":
    case "QUORUM_STARTS_DOWN":
      return quorumSums(event);
    case "WEIGHT":
      return [plain(LANES_SUMS.change, `${event.from} → ${event.to}`)];
    default:
      return [];
  }
}

function quorumSums(
  event: { quorum: number; hysteresis: number; aliveWeight: number; threshold?: number },
): Sum[] {
  const { quorum, hysteresis, aliveWeight } = event;
  const [gain, lose] = [quorum + hysteresis, quorum - hysteresis];
  return [
    plain(
      LANES_SUMS.quorumGain,
      `${aliveWeight} ${aliveWeight >= gain ? "≥" : "<"} ${quorum} + ${hysteresis} = ${gain}`,
      LANES_SUMS.quorumGainFormula,
    ),
    plain(
      LANES_SUMS.quorumLose,
      `${aliveWeight} ${aliveWeight < lose ? "<" : "≥"} ${quorum} − ${hysteresis} = ${lose}`,
      LANES_SUMS.quorumLoseFormula,
    ),
  ];
}
