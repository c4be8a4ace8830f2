// The engine's IPVS operations in the words of the user-space director: which services and
// destinations there are, under which numbers, and what it cannot do. Pure; user_balancer.ts carries
// the records to the worker. Interface and state of a record are the worker's to fill in.

import { DESTINATION_MAX, type Input, SCHEDULER_CODE, SERVICE_MAX } from "../core/abi.gen.ts";
import type { DestinationInput, SchedulerName, ServiceInput } from "../core/abi.gen.ts";
import type {
  IpvsDestination,
  IpvsFailure,
  IpvsOperation,
  IpvsService,
} from "../engine/contract.ts";
import { destinationId, serviceId } from "../engine/ipvs_table.ts";
import { NumberPool } from "./number_pool.ts";
import { destinationName, serviceName } from "./service_names.ts";

/** What became of a batch of operations. */
export interface Translation {
  /** For the worker, in order. */
  records: Input[];
  failures: IpvsFailure[];
  /** Why something was refused, a line each; told once as long as it is refused. */
  refusals: string[];
}

interface ServiceRow {
  input: ServiceInput;
  /** As keepalived prints it. */
  name: string;
  destinations: Map<string, DestinationRow>;
}

interface DestinationRow {
  input: DestinationInput;
  name: string;
}

/** What the user-space director has is not enough: the reason as text. */
interface Unsupported {
  unsupported: string;
}

/** The director's table as the engine wants it. */
export class DirectorTable {
  readonly #services = new Map<string, ServiceRow>();
  readonly #serviceNumbers = new NumberPool(SERVICE_MAX);
  readonly #destinationNumbers = new NumberPool(DESTINATION_MAX);
  /** Lines told, by service. */
  readonly #told = new Map<string, Set<string>>();

  /** Applies operations in order, as the kernel would. */
  apply(operations: readonly IpvsOperation[]): Translation {
    const done: Translation = { records: [], failures: [], refusals: [] };
    operations.forEach((operation, index) => {
      const result = "destination" in operation
        ? this.#destination(operation.op, operation.service, operation.destination)
        : this.#service(operation.op, operation.service);
      if (typeof result === "string") done.failures.push({ index, errno: result });
      else if ("unsupported" in result) {
        done.failures.push({ index, errno: "EOPNOTSUPP" });
        this.#tellOnce(done, operation.service, result.unsupported);
      } else done.records.push(result);
    });
    return done;
  }

  /** Records that make an empty director the one that was wanted last. */
  records(): Input[] {
    return [...this.#services.values()].flatMap((row): Input[] => [
      row.input,
      ...[...row.destinations.values()].map(({ input }) => input),
    ]);
  }

  /** Every destination: its number and its name behind that of its service. */
  *destinations(): Iterable<{ number: number; name: string }> {
    for (const service of this.#services.values()) {
      for (const { input, name } of service.destinations.values()) {
        yield { number: input.destination, name: `${service.name} ${name}` };
      }
    }
  }

  /** Services there are. */
  get serviceCount(): number {
    return this.#services.size;
  }

  #service(op: string, service: IpvsService): Input | Unsupported | string {
    const id = serviceId(service.key);
    const row = this.#services.get(id);
    if (op === "addService" ? row !== undefined : row === undefined) {
      return row === undefined ? "ESRCH" : "EEXIST";
    }
    if (op === "deleteService") return this.#deleteService(id, row!);
    const number = this.#serviceNumbers.take(id);
    if (number === null) return "ENOSPC";
    const input = serviceInput(number, service);
    if ("unsupported" in input) {
      if (row === undefined) this.#serviceNumbers.release(id);
      return input;
    }
    this.#told.delete(id);
    if (row !== undefined) row.input = input;
    else {
      this.#services.set(id, { input, name: serviceName(service.key), destinations: new Map() });
    }
    return input;
  }

  #deleteService(id: string, { input, destinations }: ServiceRow): Input {
    for (const key of destinations.keys()) this.#destinationNumbers.release(`${id} ${key}`);
    this.#services.delete(id);
    this.#serviceNumbers.release(id);
    this.#told.delete(id);
    return { kind: "serviceRemove", service: input.service };
  }

  #destination(
    op: string,
    { key: serviceKey }: IpvsService,
    destination: IpvsDestination,
  ): Input | Unsupported | string {
    const id = serviceId(serviceKey);
    const service = this.#services.get(id);
    if (service === undefined) return "ESRCH";
    const key = destinationId(destination);
    const row = service.destinations.get(key);
    if (op === "addDestination" ? row !== undefined : row === undefined) {
      return row === undefined ? "ENOENT" : "EEXIST";
    }
    if (op === "deleteDestination") {
      service.destinations.delete(key);
      this.#destinationNumbers.release(`${id} ${key}`);
      return { kind: "destinationRemove", destination: row!.input.destination };
    }
    const unsupported = destinationProblem(service.input, destination);
    if (unsupported !== null) return { unsupported };
    const number = this.#destinationNumbers.take(`${id} ${key}`);
    if (number === null) return "ENOSPC";
    const { family, address, port, weight } = destination;
    const input: DestinationInput = {
      kind: "destination",
      destination: number,
      service: service.input.service,
      ifindex: 0,
      family,
      port,
      weight,
      address,
    };
    const name = destinationName(destination, service.input.protocol);
    service.destinations.set(key, { input, name });
    return input;
  }

  #tellOnce(done: Translation, { key }: IpvsService, why: string): void {
    const id = serviceId(key);
    const told = this.#told.get(id) ?? new Set();
    this.#told.set(id, told);
    if (told.has(why)) return;
    told.add(why);
    done.refusals.push(`${serviceName(key)}: the user-space director has no ${why}`);
  }
}

/** The record of a service, or what is missing for it. */
function serviceInput(number: number, service: IpvsService): ServiceInput | Unsupported {
  const { key, scheduler, persistenceS, granularity } = service;
  if (key.kind === "FWMARK") return { unsupported: "services by firewall mark" };
  if (key.protocol === "SCTP") return { unsupported: "SCTP" };
  if (key.port === 0) return { unsupported: "services of all ports" };
  const code = scheduler.toUpperCase();
  if (!isScheduler(code)) {
    const names = Object.keys(SCHEDULER_CODE).map((name) => name.toLowerCase()).join(", ");
    return { unsupported: `scheduler '${scheduler}' (it has ${names})` };
  }
  const hostBits = key.family === "INET" ? 32 : 128;
  if (persistenceS > 0 && granularity !== hostBits) {
    return { unsupported: "persistence for networks, only for single clients" };
  }
  return {
    kind: "service",
    service: number,
    family: key.family,
    protocol: key.protocol,
    port: key.port,
    scheduler: code,
    state: "NORMAL",
    persistenceS,
    address: key.address,
  };
}

function isScheduler(code: string): code is SchedulerName {
  return Object.hasOwn(SCHEDULER_CODE, code);
}

/** What is missing for a destination, or null. */
function destinationProblem(service: ServiceInput, destination: IpvsDestination): string | null {
  const { method } = destination.forwarding;
  if (method !== "DR") return `forwarding by ${method}, only by DR`;
  if (destination.family !== service.family) return "real servers of another address family";
  return null;
}
