// Plays a fixed set of simulations and prints a line for each: bundled once, run unchanged by Node, by
// Deno and in a browser (simulation_runtimes_test.ts). A line holds the digest of the run, and a hash
// over all that a watcher is told and all violations, as text: what a person reads must be equal too.
// The bundler puts the core and the configurations in the place of the two constants.

import { loadConfig, memorySource } from "../../host/conf/index.ts";
import { hashText, OUTPUT_HASH_START } from "../../host/core/output_hash.ts";
import { chaosScenario } from "../../host/sim/scenario/chaos.ts";
import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import { randomCluster } from "../../host/sim/scenario/random_config.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { simulate, type SimulatedNode } from "../../host/sim/simulate.ts";
import { tourScenario } from "../../host/sim/scenario/tour.ts";

/** The core, base64. */
declare const CORE_BASE64: string;
/** keepalived.conf of each node of the reference deployment, by name. */
declare const REFERENCE_FILES: Record<string, string>;

/** Seeds of random faults on the reference deployment, and of random clusters with random faults. */
const REFERENCE_SEEDS = 20;
const CLUSTER_SEEDS = 60;

/** Plays one and sums it up. */
function play(
  name: string,
  wasm: WebAssembly.Module,
  nodes: SimulatedNode[],
  scenario: Scenario,
  seed: number,
): string {
  let told = OUTPUT_HASH_START;
  const result = simulate({
    wasm,
    nodes,
    scenario,
    seed,
    invariants: ALL_INVARIANTS,
    trace: (event) => told = hashText(told, JSON.stringify(event)),
    traceAdverts: true,
    record: true,
    stopAtViolation: false,
  });
  told = hashText(told, JSON.stringify([scenario, result.violations]));
  const { digest, events, endUs } = result;
  return `${name} seed ${seed}: ${digest} ${told.toString(16)} ${events} events ${endUs} us`;
}

function reference(): SimulatedNode[] {
  return Object.entries(REFERENCE_FILES).map(([name, text]) => {
    const path = `/etc/keepalived/${name}.conf`;
    const { config } = loadConfig(path, memorySource({ [path]: text }));
    if (config === null) throw new Error(`${name}.conf has errors`);
    return { name, config };
  });
}

function playAll(): string[] {
  const bytes = Uint8Array.from(atob(CORE_BASE64), (unit) => unit.charCodeAt(0));
  const wasm = new WebAssembly.Module(bytes);
  const nodes = reference();
  const lines = [play("reference, tour", wasm, nodes, tourScenario(nodes), 1)];
  for (let seed = 0; seed < REFERENCE_SEEDS; seed++) {
    lines.push(play("reference, faults", wasm, nodes, chaosScenario(nodes, seed), seed));
  }
  for (let seed = 0; seed < CLUSTER_SEEDS; seed++) {
    const cluster = randomCluster(seed);
    lines.push(play("cluster, faults", wasm, cluster, chaosScenario(cluster, seed), seed));
  }
  return lines;
}

const text = playAll().join("\n");
const page = (globalThis as { document?: { body: { textContent: string } } }).document;
if (page === undefined) console.log(text);
else page.body.textContent = text;
