// A simulation that is played bit by bit gives what it gives in one go.

import { describe, expect, it } from "vitest";
import { coreModule } from "../../test/virtual_node.ts";
import { ALL_INVARIANTS } from "./invariants/index.ts";
import { chaosScenario } from "./scenario/chaos.ts";
import { randomCluster } from "./scenario/random_config.ts";
import { simulate, Simulation, type SimulationOptions } from "./simulate.ts";

/** Lengths of the bits, microseconds: no divisor of anything that happens. */
const BITS_US = [7_919, 1_000_003, 60_000_000];

function optionsOf(seed: number): SimulationOptions {
  const nodes = randomCluster(seed);
  return {
    wasm: coreModule(),
    nodes,
    scenario: chaosScenario(nodes, seed),
    seed,
    invariants: ALL_INVARIANTS,
    trace: null,
    traceAdverts: false,
    record: false,
    stopAtViolation: false,
  };
}

describe("Simulation", () => {
  it.each(BITS_US)("gives the same in bits of %i microseconds", (bitUs) => {
    const options = optionsOf(7);
    const whole = simulate(options);
    const play = new Simulation(options);
    const endUs = options.scenario.durationUs;
    for (let us = bitUs; us < endUs; us += bitUs) play.advance(us);
    play.advance(endUs);
    expect(play.nowUs).toBe(endUs);
    expect(play.end()).toEqual(whole);
    expect(whole.events).toBeGreaterThan(1_000);
  });
});
