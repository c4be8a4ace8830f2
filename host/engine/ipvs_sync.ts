// Keeps the balancer's table as it should be: marks what may differ, sends the difference as one
// batch at the end of an input, and repairs what the balancer refused. `present` is what the table
// holds once all batches are carried out; an answer with failures corrects it.
// This module is browser safe.

import {
  IPVS_REPAIR_MAX,
  IPVS_RETRY_DOUBLINGS_MAX,
  IPVS_RETRY_US,
  type IpvsDoneInput,
  type IpvsOperation,
  type IpvsPresentService,
} from "./contract.ts";
import {
  applyOperation,
  destinationId,
  diffEntry,
  type IpvsTable,
  serviceId,
  wantedEntry,
} from "./ipvs_table.ts";
import { emit, type EngineState, type ServiceState, tell } from "./state.ts";
import { setTimer } from "./timer_queue.ts";

/** Stands for attributes that we do not know: differs from every scheduler. */
const SCHEDULER_UNKNOWN = "";
/** The same for a destination. */
const WEIGHT_UNKNOWN = -1;

/** Notes that a service's entry may have to change. */
export function markService(state: EngineState, service: ServiceState): void {
  state.ipvs.dirty.add(serviceId(service.config.key));
}

/**
 * Takes the table that was read; whatever was believed before is forgotten. Before the first
 * configuration it is only kept: what is ours must not be removed because nobody wants it yet.
 */
export function takePresent(state: EngineState, services: IpvsPresentService[]): void {
  const ipvs = state.ipvs;
  ipvs.read = services;
  if (state.setup === null) return;
  ipvs.ready = true;
  ipvs.read = null;
  ipvs.present = new Map();
  ipvs.pending.clear();
  ipvs.failed.clear();
  ipvs.failures = 0;
  ipvs.retryUs = null;
  for (const found of services) {
    const id = serviceId(found.service.key);
    if (!found.ours && serviceOfEntry(state, id) === undefined) continue;
    const destinations = new Map(found.destinations.map((row) => [destinationId(row), row]));
    ipvs.present.set(id, { service: found.service, destinations });
  }
  markAll(state);
}

/** The service that an entry of the table is for; undefined = there should be none. */
function serviceOfEntry(state: EngineState, id: string): ServiceState | undefined {
  if (state.stop !== null && !state.stop.keepServices) return undefined;
  const name = state.ipvs.names.get(id);
  return name === undefined ? undefined : state.services.get(name);
}

/** Notes which entries of the table the configuration wants. */
export function configureIpvs(state: EngineState): void {
  const services = [...state.services.values()];
  state.ipvs.names = new Map(
    services.map(({ config }) => [serviceId(config.key), config.name]),
  );
  markAll(state);
}

/** Notes that every service may have to change. */
export function markAll(state: EngineState): void {
  for (const id of state.ipvs.present.keys()) state.ipvs.dirty.add(id);
  for (const service of state.services.values()) markService(state, service);
}

/** Sends what is needed to make the noted services as they should be. */
export function syncIpvs(state: EngineState): void {
  const ipvs = state.ipvs;
  if (!ipvs.ready || ipvs.dirty.size === 0) return;
  if (state.stop?.keepServices === true) {
    ipvs.dirty.clear();
    return;
  }
  const removed: IpvsOperation[] = [];
  const changed: IpvsOperation[] = [];
  for (const id of ipvs.dirty) {
    const service = serviceOfEntry(state, id);
    const entry = service === undefined ? undefined : wantedEntry(service);
    const operations = diffEntry(ipvs.present.get(id), entry);
    (entry === undefined ? removed : changed).push(...operations);
  }
  ipvs.dirty.clear();
  const operations = [...removed, ...changed];
  if (operations.length === 0) return;
  for (const operation of operations) applyOperation(ipvs.present, operation);
  const batch = ipvs.nextBatch++;
  ipvs.pending.set(batch, operations);
  emit(state, { kind: "ipvs", batch, operations });
}

/** Takes the answer to a batch. */
export function takeIpvsDone(state: EngineState, input: IpvsDoneInput): void {
  const ipvs = state.ipvs;
  const operations = ipvs.pending.get(input.batch);
  if (operations === undefined) return;
  ipvs.pending.delete(input.batch);
  // A service that could not be made makes its destinations fail too: that is one failure.
  const lost = new Set<string>();
  let isClean = true;
  for (const failure of input.failures) {
    const operation = operations[failure.index];
    if (operation === undefined || isDone(operation, failure.errno)) continue;
    isClean = false;
    const id = serviceId(operation.service.key);
    if (lost.has(id)) continue;
    if (operation.op === "addService" && failure.errno !== "EEXIST") lost.add(id);
    repair(state, operation, failure.errno);
  }
  ipvs.failures = isClean ? 0 : ipvs.failures + 1;
}

/** Corrects what we believe and has the difference tried again, at once or after a pause. */
function repair(state: EngineState, operation: IpvsOperation, errno: string): void {
  const ipvs = state.ipvs;
  const id = serviceId(operation.service.key);
  correct(ipvs.present, operation, errno);
  const isAtOnce = isMismatch(operation, errno) && ipvs.failures < IPVS_REPAIR_MAX;
  const doublings = Math.min(ipvs.failures, IPVS_RETRY_DOUBLINGS_MAX);
  const retryUs = isAtOnce ? 0 : IPVS_RETRY_US * 2 ** doublings;
  tell(state, { event: "IPVS_FAILED", operation, errno, retryUs });
  if (isAtOnce) {
    ipvs.dirty.add(id);
    return;
  }
  ipvs.failed.add(id);
  if (ipvs.retryUs !== null || state.stop !== null) return;
  ipvs.retryUs = state.nowUs + retryUs;
  setTimer(state.timers, ipvs.retryUs, { kind: "ipvs" });
}

/**
 * Deleting what is gone is what we wanted; but where a destination's whole service is gone (ESRCH),
 * the service is missing.
 */
function isDone(operation: IpvsOperation, errno: string): boolean {
  if (operation.op === "deleteService") return errno === "ESRCH";
  return operation.op === "deleteDestination" && errno === "ENOENT";
}

/** The table is not as we believed: the corrected difference will do. */
function isMismatch(operation: IpvsOperation, errno: string): boolean {
  const isAdd = operation.op.startsWith("add");
  return errno === "ESRCH" || (isAdd ? errno === "EEXIST" : errno === "ENOENT");
}

/** After a failure: what exists is to be edited, what is gone is to be added. */
function correct(present: IpvsTable, operation: IpvsOperation, errno: string): void {
  const id = serviceId(operation.service.key);
  const entry = present.get(id);
  const isAdd = operation.op.startsWith("add");
  const exists = isAdd ? errno === "EEXIST" : errno !== "ENOENT";
  if (errno === "ESRCH") {
    present.delete(id);
  } else if ("destination" in operation) {
    const key = destinationId(operation.destination);
    if (!exists) entry?.destinations.delete(key);
    else entry?.destinations.set(key, { ...operation.destination, weight: WEIGHT_UNKNOWN });
  } else if (exists) {
    const service = { ...operation.service, scheduler: SCHEDULER_UNKNOWN };
    present.set(id, { service, destinations: entry?.destinations ?? new Map() });
  } else {
    present.delete(id);
  }
}

/** The repair timer fired. */
export function fireIpvs(state: EngineState, atUs: number): void {
  const ipvs = state.ipvs;
  if (ipvs.retryUs !== atUs) return;
  ipvs.retryUs = null;
  for (const id of ipvs.failed) ipvs.dirty.add(id);
  ipvs.failed.clear();
}
