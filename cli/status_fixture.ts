// A status for the tests of what is printed: two instances of a dual master pair, a service with a
// server down. Made up, but every field is one that a daemon could tell.

import type { InstanceCounters, InstanceStatusView, NodeStatus } from "../host/control/client.ts";

const SINCE = "2026-11-22T15:00:00.000Z";

const COUNTERS: InstanceCounters = {
  advertReceived: 12,
  advertSent: 7980,
  becomeMaster: 1,
  releaseMaster: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  packetLengthErrors: 0,
  checksumErrors: 0,
  ttlErrors: 0,
  versionErrors: 0,
  invalidTypeReceived: 0,
  authTypeErrors: 0,
  authDataErrors: 0,
  intervalErrors: 0,
  addressListErrors: 0,
  destinationErrors: 0,
};

/** An instance, with some fields changed. */
export function instanceFixture(changes: Partial<InstanceStatusView> = {}): InstanceStatusView {
  return {
    name: "VI_1",
    state: "MASTER",
    reason: "MASTER_DOWN",
    reasonText: "no advert from 192.0.2.12 for 3.414 s, timer 3.414 s fired 0.2 ms late",
    transition: null,
    since: SINCE,
    ageS: 7980,
    vrid: 51,
    version: 2,
    family: "INET",
    interface: "eth0",
    group: null,
    advertisementIntervalS: 1,
    priority: {
      base: 150,
      effective: 148,
      tracked: -2,
      parts: [{
        tracker: "chk_http",
        weight: -2,
        reverse: false,
        state: "BAD",
        contribution: -2,
      }],
    },
    master: { address: "192.0.2.11", priority: 148 },
    lastAdvertAgeS: 7983.4,
    vips: [{
      address: "192.0.2.100/24",
      device: "eth0",
      label: "eth0:1",
      advertised: true,
      held: true,
      leaseS: 3,
    }],
    counters: COUNTERS,
    ...changes,
  };
}

/** A status, with some fields changed. */
export function statusFixture(changes: Partial<NodeStatus> = {}): NodeStatus {
  return {
    protocol: 1,
    version: "0.1.0",
    abiVersion: 1,
    runtime: "deno 2.9.5",
    build: "source",
    pid: 4242,
    run: "6f1e",
    routerId: "LVS_DEVEL",
    since: SINCE,
    ageS: 7990,
    configuration: {
      file: "/etc/keepalived/keepalived.conf",
      generation: 2,
      loadedAt: SINCE,
      refused: null,
      pending: null,
    },
    logLinesLost: 0,
    ipvs: "kernel",
    wire: {
      scheduling: "SCHED_FIFO 50",
      loops: 8123,
      latenessUs: 71,
      latenessMaxUs: 1200,
      heartbeatAgeS: 0.1,
      ringOverruns: 0,
    },
    instances: [
      instanceFixture(),
      instanceFixture({
        name: "VI_2",
        state: "BACKUP",
        reason: "PEER_PRIORITY_HIGHER",
        reasonText: "192.0.2.12 has priority 150, ours is 100",
        vrid: 52,
        priority: { base: 100, effective: 100, tracked: 0, parts: [] },
        master: { address: "192.0.2.12", priority: 150 },
        vips: [{
          address: "192.0.2.101/24",
          device: "eth0",
          label: null,
          advertised: true,
          held: false,
          leaseS: 3,
        }],
      }),
    ],
    groups: [],
    trackers: [{
      name: "chk_http",
      kind: "SCRIPT",
      state: "BAD",
      since: SINCE,
      ageS: 45,
      lastOutcome: "exit status 1",
      value: null,
    }],
    virtualServers: [{
      key: "TCP 192.0.2.100:80",
      scheduler: "wlc",
      method: "DR",
      persistenceTimeoutS: 50,
      quorum: { state: "up", required: 1, aliveWeight: 1 },
      sorryServer: { address: "127.0.0.1:80", active: false },
      realServers: [
        {
          address: "10.0.0.11:80",
          method: "DR",
          weight: 1,
          weightConfigured: 1,
          state: "up",
          checkers: [{
            kind: "HTTP_GET",
            state: "up",
            lastOutcome: "status 200 in 3 ms",
            since: SINCE,
            ageS: 7900,
          }],
          activeConnections: 12,
          inactiveConnections: 40,
        },
        {
          address: "10.0.0.12:80",
          method: "DR",
          weight: 0,
          weightConfigured: 1,
          state: "down",
          checkers: [{
            kind: "TCP_CHECK",
            state: "down",
            lastOutcome: "connection refused",
            since: SINCE,
            ageS: 61,
          }],
          activeConnections: null,
          inactiveConnections: null,
        },
      ],
    }],
    events: [{
      sequence: 9,
      time: "2026-11-22T15:00:00.123Z",
      kind: "transition",
      text: "(VI_1) BACKUP -> MASTER: no advert from 192.0.2.12 for 3.414 s",
      record: {},
    }],
    control: {
      path: "/run/keepalived.sock",
      clients: 1,
      refused: 0,
      dropped: 0,
      rejected: 0,
      web: null,
    },
    ...changes,
  };
}
