// Services with every default filled in and inherited. Corrections as keepalived makes them; rules
// tell about each.
// This module is browser safe.

import type {
  Checker,
  CheckerCommon,
  Family,
  Forwarding,
  HttpUrl,
  RealServer,
  ServiceKey,
  SorryServer,
  VirtualServer,
} from "../model.ts";
import { type AddressValue, SECOND_US } from "../read/arguments.ts";
import type {
  CheckDefaultsDraft,
  CheckerDraft,
  Drafts,
  MethodDraft,
  ServerDraft,
  ServiceDraft,
  UrlDraft,
} from "../read/drafts.ts";
import { PERSISTENCE_DEFAULT_US } from "../read/lvs.ts";
import { resolveCommand } from "./command.ts";

const DELAY_LOOP_DEFAULT_US = 60 * SECOND_US;
const CONNECT_TIMEOUT_DEFAULT_US = 5 * SECOND_US;
/** Retries and pause between them, where nothing is written. */
const RETRY_DEFAULT: Record<CheckerDraft["kind"], { retry: number; delayUs: number }> = {
  TCP_CHECK: { retry: 1, delayUs: SECOND_US },
  HTTP_GET: { retry: 1, delayUs: 3 * SECOND_US },
  SSL_GET: { retry: 1, delayUs: 3 * SECOND_US },
  MISC_CHECK: { retry: 0, delayUs: SECOND_US },
};

/** Protocol of a service: the written one, else UDP as in keepalived. */
export function protocolOf(draft: ServiceDraft): "TCP" | "UDP" | "SCTP" {
  return draft.protocol ?? "UDP";
}

/** What a service is found by. */
export function keyOf(draft: ServiceDraft): ServiceKey {
  if (draft.key.kind === "FWMARK") {
    const family = draft.family ?? draft.realServers[0]?.value.family ?? "INET";
    return { kind: "FWMARK", family, mark: draft.key.mark };
  }
  const { value: { family, address }, port } = draft.key;
  return { kind: "ADDRESS", family, address, port, protocol: protocolOf(draft) };
}

/** The name keepalived prints: `[ADDRESS]:protocol:port`, `FWM MARK`. */
export function serviceName(key: ServiceKey): string {
  if (key.kind === "ADDRESS") return endpointName(key.address, key.protocol, key.port);
  return key.family === "INET" ? `FWM ${key.mark}` : `FWM ${key.mark} inet6`;
}

function endpointName(address: string, protocol: string | null, port: number): string {
  return protocol === null
    ? `[${address}]:${port}`
    : `[${address}]:${protocol.toLowerCase()}:${port}`;
}

/** Port of a server in its service: DR and TUN cannot change it, a mark has none. */
export function serverPort(draft: ServerDraft, service: ServiceDraft): number {
  if (service.key.kind === "FWMARK") return 0;
  const written = draft.port ?? service.key.port;
  return methodOf(draft.method, service).method === "NAT" ? written : service.key.port;
}

/** Forwarding of a server: its own, the service's, NAT. */
export function methodOf(own: MethodDraft | null, service: ServiceDraft): Forwarding {
  const { method, tunnel } = own ?? service.method ?? { method: "NAT", tunnel: null };
  return { method, tunnel };
}

/** Weight of a server: its own, the service's, 1. */
export function weightOf(draft: ServerDraft, service: ServiceDraft): number {
  return draft.weight ?? service.weight ?? 1;
}

/** Resolves a service; null where it has neither real nor sorry server. */
export function resolveService(draft: ServiceDraft, drafts: Drafts): VirtualServer | null {
  const key = keyOf(draft);
  const realServers = resolveServers(draft, key, drafts);
  if (realServers.length === 0 && draft.sorryServer === null) return null;
  const total = realServers.reduce((sum, server) => sum + server.weight, 0);
  const quorum = quorumOf(draft, total);
  const { global } = drafts;
  return {
    name: serviceName(key),
    key,
    scheduler: draft.scheduler ?? "wlc",
    forwarding: methodOf(null, draft),
    persistence: persistenceOf(draft, key),
    quorum,
    hysteresis: Math.min(draft.hysteresis ?? 0, quorum - 1),
    sorryServer: resolveSorry(draft, key),
    smtpAlert: draft.smtpAlert ?? global?.smtpAlertChecker ?? global?.smtpAlert ?? false,
    realServers,
  };
}

/** Quorum within what the servers can reach. */
export function quorumOf(draft: ServiceDraft, total: number): number {
  const quorum = draft.quorum ?? 1;
  return total === 0 ? quorum : Math.min(quorum, total);
}

function persistenceOf(draft: ServiceDraft, key: ServiceKey): VirtualServer["persistence"] {
  const isEveryPort = key.kind === "ADDRESS" && key.port === 0;
  const timeoutUs = draft.persistenceTimeoutUs ?? (isEveryPort ? PERSISTENCE_DEFAULT_US : null);
  if (timeoutUs === null) return null;
  return { timeoutUs, granularity: draft.granularity ?? addressBits(key.family) };
}

/** Bits of an address. */
export function addressBits(family: Family): number {
  return family === "INET" ? 32 : 128;
}

function resolveSorry(draft: ServiceDraft, key: ServiceKey): SorryServer | null {
  if (draft.sorryServer === null) return null;
  const { value, port: written } = draft.sorryServer;
  const forwarding = methodOf(draft.sorryMethod, draft);
  const own = key.kind === "FWMARK" ? 0 : key.port;
  const port = key.kind === "FWMARK" || forwarding.method !== "NAT" ? own : written ?? own;
  const protocol = key.kind === "FWMARK" ? null : key.protocol;
  return { name: endpointName(value.address, protocol, port), ...value, port, forwarding };
}

function resolveServers(service: ServiceDraft, key: ServiceKey, drafts: Drafts): RealServer[] {
  const servers = new Map<string, RealServer>();
  for (const draft of service.realServers) {
    const server = resolveServer(draft, service, key, drafts);
    if (!servers.has(server.name)) servers.set(server.name, server);
  }
  return [...servers.values()];
}

function resolveServer(
  draft: ServerDraft,
  service: ServiceDraft,
  key: ServiceKey,
  drafts: Drafts,
): RealServer {
  const { global } = drafts;
  const port = serverPort(draft, service);
  const protocol = key.kind === "FWMARK" ? null : key.protocol;
  const { family, address } = draft.value;
  return {
    name: endpointName(address, protocol, port),
    family,
    address,
    port,
    forwarding: methodOf(draft.method, service),
    weight: weightOf(draft, service),
    inhibitOnFailure: draft.inhibitOnFailure ?? service.inhibitOnFailure ?? false,
    alpha: draft.alpha ?? service.alpha ?? false,
    smtpAlert: draft.smtpAlert ?? global?.smtpAlertChecker ?? global?.smtpAlert ?? true,
    checkers: draft.checkers.flatMap((checker) =>
      resolveChecker(checker, { server: draft, service, drafts }) ?? []
    ),
  };
}

interface CheckerPlace {
  server: ServerDraft;
  service: ServiceDraft;
  drafts: Drafts;
}

/** Port that a checker connects to; 0 where none is known. */
export function checkPort(draft: CheckerDraft, { server, service }: CheckerPlace): number {
  if (draft.connectPort !== null) return draft.connectPort;
  return serverPort(server, service) || server.port || 0;
}

/** Resolves one checker; null where it lacks its command, URL or port (rules tell). */
export function resolveChecker(draft: CheckerDraft, place: CheckerPlace): Checker | null {
  const common = resolveCommon(draft, place);
  if (draft.kind === "MISC_CHECK") {
    if (draft.misc === null) return null;
    const account = draft.user ?? place.drafts.global?.scriptUser ?? null;
    return {
      kind: draft.kind,
      ...common,
      script: resolveCommand(draft.misc, account),
      timeoutUs: draft.miscTimeoutUs || common.delayLoopUs, // 0 is none, as in keepalived
      dynamic: draft.miscDynamic,
    };
  }
  const port = checkPort(draft, place);
  if (port === 0) return null;
  const target = { ...(draft.connectAddress ?? place.server.value), port };
  const connectTimeoutUs = inherited("connectTimeoutUs", draft, place) ??
    CONNECT_TIMEOUT_DEFAULT_US;
  if (draft.kind === "TCP_CHECK") return { kind: draft.kind, ...common, target, connectTimeoutUs };
  const virtualhost = inherited("virtualhost", draft, place);
  const host = virtualhost ?? hostOf(target, port);
  const urls = draft.urls.flatMap((url) => resolveUrl(url, host) ?? []);
  if (urls.length === 0) return null;
  const sni = draft.kind === "SSL_GET" && draft.enableSni ? draft.sniName ?? virtualhost : null;
  return { kind: draft.kind, ...common, target, connectTimeoutUs, urls, sni };
}

function hostOf({ family, address }: AddressValue, port: number): string {
  return family === "INET" ? `${address}:${port}` : `[${address}]:${port}`;
}

function resolveUrl(draft: UrlDraft, host: string): HttpUrl | null {
  if (draft.path === null) return null;
  return {
    path: draft.path,
    host: draft.virtualhost ?? host,
    statusCodes: draft.statusCodes.length > 0 ? draft.statusCodes : [{ from: 200, to: 299 }],
    digest: draft.digest,
  };
}

function resolveCommon(draft: CheckerDraft, place: CheckerPlace): CheckerCommon {
  const defaults = RETRY_DEFAULT[draft.kind];
  const delayLoopUs = inherited("delayLoopUs", draft, place) ?? DELAY_LOOP_DEFAULT_US;
  return {
    delayLoopUs,
    retry: inherited("retry", draft, place) ?? defaults.retry,
    delayBeforeRetryUs: inherited("delayBeforeRetryUs", draft, place) ?? defaults.delayUs,
    warmupUs: inherited("warmupUs", draft, place) ?? delayLoopUs,
  };
}

/** A value of the checker, else of its server, else of its service. */
function inherited<K extends keyof CheckDefaultsDraft>(
  key: K,
  draft: CheckerDraft,
  { server, service }: CheckerPlace,
): CheckDefaultsDraft[K] {
  return draft[key] ?? server[key] ?? service[key];
}
