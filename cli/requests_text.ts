// The table of requests that `vipd simulate` prints of a scenario with load. Pure.

import { OUTCOMES } from "../host/sim/traffic/request.ts";
import type { ServiceTally } from "../host/sim/traffic/tally.ts";
import { drawnTable } from "./drawn_table.ts";
import type { Screen } from "./screen.ts";

/** What became of the requests: a row for each service, its servers behind. "" without requests. */
export function requestsTable(tallies: readonly ServiceTally[], screen: Screen): string {
  const asked = tallies.filter(({ requests }) => requests > 0);
  if (asked.length === 0) return "";
  const rows = asked.map(({ service, requests, outcomes, servers }) => [
    service,
    String(requests),
    ...OUTCOMES.map((outcome) => outcomes[outcome] === 0 ? "-" : String(outcomes[outcome])),
    Object.entries(servers).sort().map(([server, count]) => `${server} ${count}`).join(", "),
  ]);
  return drawnTable(["SERVICE", "REQUESTS", ...OUTCOMES.map(upper), "BY SERVER"], rows, screen);
}

const upper = (word: string) => word.toUpperCase();
