// What the samples menu offers: the folders of examples/, fetched when they are asked for.

import type { Text } from "../text/text.ts";
import { SAMPLE_TEXT } from "../text/samples.ts";
import type { ConfFile } from "../app/state.ts";

/** One sample. */
export interface Sample {
  /** Stable, for tests and the menu. */
  id: string;
  title: Text;
  kind: "deployment" | "scenario";
  files: readonly { name: string; url: URL }[];
  scenario: URL | null;
}

const REFERENCE = [
  {
    name: "node1",
    url: new URL("../../examples/lvs-dr-dual-master/node1.conf", import.meta.url),
  },
  {
    name: "node2",
    url: new URL("../../examples/lvs-dr-dual-master/node2.conf", import.meta.url),
  },
];
const PUBLISHED = [
  {
    name: "node1",
    url: new URL("../../examples/lvs-dr-dual-master/node1.verbatim.conf", import.meta.url),
  },
  {
    name: "node2",
    url: new URL("../../examples/lvs-dr-dual-master/node2.verbatim.conf", import.meta.url),
  },
];

// The bundler finds files by such words alone.
const SCENARIOS: Record<keyof typeof SAMPLE_TEXT.scenarios, URL> = {
  "01-start-order": new URL(
    "../../examples/scenarios/01-start-order.jsonc",
    import.meta.url,
  ),
  "02-kill-master": new URL(
    "../../examples/scenarios/02-kill-master.jsonc",
    import.meta.url,
  ),
  "03-graceful-stop": new URL(
    "../../examples/scenarios/03-graceful-stop.jsonc",
    import.meta.url,
  ),
  "04-frozen-guest": new URL(
    "../../examples/scenarios/04-frozen-guest.jsonc",
    import.meta.url,
  ),
  "05-stopped-process": new URL(
    "../../examples/scenarios/05-stopped-process.jsonc",
    import.meta.url,
  ),
  "06-one-way-cut": new URL(
    "../../examples/scenarios/06-one-way-cut.jsonc",
    import.meta.url,
  ),
  "07-partition-and-heal": new URL(
    "../../examples/scenarios/07-partition-and-heal.jsonc",
    import.meta.url,
  ),
  "08-maintenance-file": new URL(
    "../../examples/scenarios/08-maintenance-file.jsonc",
    import.meta.url,
  ),
  "09-both-scripts-fail": new URL(
    "../../examples/scenarios/09-both-scripts-fail.jsonc",
    import.meta.url,
  ),
  "10-flapping-script": new URL(
    "../../examples/scenarios/10-flapping-script.jsonc",
    import.meta.url,
  ),
  "11-untracked-script": new URL(
    "../../examples/scenarios/11-untracked-script.jsonc",
    import.meta.url,
  ),
  "12-weight-too-small": new URL(
    "../../examples/scenarios/12-weight-too-small.jsonc",
    import.meta.url,
  ),
  "13-tie": new URL(
    "../../examples/scenarios/13-tie.jsonc",
    import.meta.url,
  ),
  "14-password-differs": new URL(
    "../../examples/scenarios/14-password-differs.jsonc",
    import.meta.url,
  ),
  "15-real-servers-down": new URL(
    "../../examples/scenarios/15-real-servers-down.jsonc",
    import.meta.url,
  ),
  "16-reload-priority": new URL(
    "../../examples/scenarios/16-reload-priority.jsonc",
    import.meta.url,
  ),
  "17-lossy-wire": new URL(
    "../../examples/scenarios/17-lossy-wire.jsonc",
    import.meta.url,
  ),
  "18-unplugged": new URL(
    "../../examples/scenarios/18-unplugged.jsonc",
    import.meta.url,
  ),
  "19-nopreempt": new URL(
    "../../examples/scenarios/19-nopreempt.jsonc",
    import.meta.url,
  ),
  "20-address-removed": new URL(
    "../../examples/scenarios/20-address-removed.jsonc",
    import.meta.url,
  ),
  "21-requests": new URL(
    "../../examples/scenarios/21-requests.jsonc",
    import.meta.url,
  ),
};

/** What the page opens with. */
export const REFERENCE_SAMPLE: Sample = {
  id: "reference",
  title: SAMPLE_TEXT.reference,
  kind: "deployment",
  files: REFERENCE,
  scenario: null,
};

/** Every sample, in the order of the menu. */
export const SAMPLES: readonly Sample[] = [
  REFERENCE_SAMPLE,
  {
    id: "published",
    title: SAMPLE_TEXT.published,
    kind: "deployment",
    files: PUBLISHED,
    scenario: null,
  },
  ...Object.entries(SCENARIOS).map(([id, scenario]): Sample => ({
    id,
    title: SAMPLE_TEXT.scenarios[id as keyof typeof SAMPLE_TEXT.scenarios],
    kind: "scenario",
    files: REFERENCE,
    scenario,
  })),
];

/** A sample's texts. Rejects where they cannot be fetched. */
export async function loadSample(
  { files, scenario }: Sample,
): Promise<{ files: ConfFile[]; scenario: string | null }> {
  const [texts, scenarioText] = await Promise.all([
    Promise.all(files.map(({ url }) => textOf(url))),
    scenario === null ? null : textOf(scenario),
  ]);
  return {
    files: files.map(({ name }, i) => ({ name, text: texts[i]! })),
    scenario: scenarioText,
  };
}

async function textOf(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status}`);
  return await response.text();
}
