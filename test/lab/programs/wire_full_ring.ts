// A daemon's main that stops while its ring to the wire worker is full: starts the worker with the
// configuration of argv[0], waits until it is MASTER, and stops it behind a flood of records.

import { OUTPUT_TRANSITION } from "../../../host/core/abi.gen.ts";
import { readConfiguration } from "../../../host/daemon/configuration.ts";
import { coreBytes } from "../../../host/daemon/core_bytes.ts";
import { Links } from "../../../host/daemon/links.ts";
import { RING_TO_WIRE_SIZE } from "../../../host/daemon/shared.ts";
import { WireLink } from "../../../host/daemon/wire_link.ts";
import {
  decodeConfigResult,
  encodeLabel,
  kindOf,
  WIRE_CONFIG_RESULT,
} from "../../../host/daemon/wire_message.ts";
import { startWireThread } from "../../../host/daemon/wire_thread.ts";
import { buildCoreConfig } from "../../../host/engine/core_config.ts";

/** More than the ring holds; nothing is staged, so the worker has no use for them. */
const FLOOD_BYTES = 2 * RING_TO_WIRE_SIZE;

const configFile = Deno.args[0]!;
const options = { configFile, includeErrors: false, vrrp: true, checkers: false };
const { config } = readConfiguration(options);
if (config === null) throw new Error("the configuration has errors");

const entry = new URL("../../../cli/main.ts", import.meta.url);
const worker = new Worker(entry, { type: "module", name: "wire" });
const isMaster = Promise.withResolvers<void>();
let link: WireLink | null = null;
const thread = await startWireThread(worker, {
  module: await WebAssembly.compile(coreBytes()),
  ...{ fifoPriority: 0, seed: [1, 2], failAfterMs: 0 },
}, {
  record(record) {
    if (kindOf(record) === WIRE_CONFIG_RESULT) link?.answered(decodeConfigResult(record));
    // An address owner's first and only transition.
    if (kindOf(record) === OUTPUT_TRANSITION) isMaster.resolve();
  },
  dead(why) {
    throw new Error(why);
  },
});
link = new WireLink(thread);
const interfaces = new Links(() => {}).read();
await link.configure(buildCoreConfig(config, { generation: 1, interfaces, previous: null }));
await isMaster.promise;
const record = encodeLabel({ vip: 0, label: "x".repeat(100) });
for (let sent = 0; sent < FLOOD_BYTES; sent += record.length) thread.send(record);
console.log(await thread.stop() ? "stopped" : "hung");
Deno.exit(0);
