// The words of edits: for each block of the configuration the keywords that an edit may change, what
// they mean and what they take, in keepalived's names. edit.ts finds the place and applies them; docs and
// the command line print the table. What is resolved already follows as it would in the file: a script's
// weight reaches the track lines that give none. This module is browser safe.

import type {
  Checker,
  Config,
  GarpSettings,
  RealServer,
  Track,
  Vip,
  VipdSettings,
  VirtualServer,
  VrrpInstance,
  VrrpScript,
} from "../../conf/model.ts";
import {
  ADDRESSES,
  BOOLEAN,
  choice,
  integer,
  PASSWORD,
  seconds,
  TRACK_WEIGHT,
  type ValueKind,
} from "./edit_value.ts";
import type { Edit } from "./scenario.ts";

/** One keyword of a block. */
export interface Word<T> {
  meaning: string;
  range: string;
  /** Changes the place; false = the value is not one. */
  apply(place: T, value: Edit["value"], config: Config): boolean;
}

/** The keywords of one block. */
export type Words<T> = Readonly<Record<string, Word<T>>>;

const U32_MAX = 0xffff_ffff;
const I32_MAX = 0x7fff_ffff;
/** Longest time that keepalived takes, whole seconds. */
const SECONDS_MAX = 4294;
const PREEMPT_DELAY_MAX = 1000;
const DOWN_TIMER_ADVERTS_MAX = 100;

function word<T, V>(
  meaning: string,
  kind: ValueKind<V>,
  set: (place: T, value: V, config: Config) => void,
): Word<T> {
  return {
    meaning,
    range: kind.range,
    apply(place, value, config) {
      const read = kind.read(value);
      // null is a value where the kind says so: an empty password.
      if (read === null && !(kind === PASSWORD as unknown && value === "")) return false;
      set(place, read as V, config);
      return true;
    },
  };
}

/** A keyword that is one property. */
function property<T, K extends keyof T>(key: K, meaning: string, kind: ValueKind<T[K]>): Word<T> {
  return word(meaning, kind, (place, value) => {
    place[key] = value;
  });
}

function garp<K extends keyof GarpSettings>(
  key: K,
  meaning: string,
  kind: ValueKind<number>,
): Word<VrrpInstance> {
  return word(meaning, kind, ({ garp }, value) => {
    // Those of a lower priority advert take over what the master's say, where the file has nothing else.
    if (key === "delayUs" && garp.lowerPrioDelayUs === garp.delayUs) garp.lowerPrioDelayUs = value;
    if (key === "repeat" && garp.lowerPrioRepeat === garp.repeat) garp.lowerPrioRepeat = value;
    garp[key] = value;
  });
}

/** `vrrp_instance.NAME.` */
export const INSTANCE_WORDS: Words<VrrpInstance> = {
  state: word("state at start that is hoped for", choice(["MASTER", "BACKUP"]), (place, value) => {
    place.stateMaster = value === "MASTER";
  }),
  virtual_router_id: property("vrid", "VRID", integer(1, 255)),
  priority: property("priority", "base priority, 255 = address owner", integer(1, 255)),
  advert_int: property(
    "advertisementIntervalUs",
    "time between adverts (version 2: whole seconds; 3: steps of 0.01, at most 40.95)",
    seconds(0.01, 255),
  ),
  version: property("version", "VRRP version", choice([2, 3])),
  nopreempt: property("nopreempt", "a higher priority does not take over", BOOLEAN),
  preempt_delay: property(
    "preemptDelayUs",
    "wait before taking over from a lower master",
    seconds(0, PREEMPT_DELAY_MAX),
  ),
  down_timer_adverts: property(
    "downTimerAdverts",
    "adverts missed before a backup takes over",
    integer(1, DOWN_TIMER_ADVERTS_MAX),
  ),
  dont_track_primary: property("dontTrackPrimary", "its own interface may fail", BOOLEAN),
  lower_prio_no_advert: property(
    "lowerPrioNoAdvert",
    "no answer to an advert of lower priority",
    BOOLEAN,
  ),
  higher_prio_send_advert: property(
    "higherPrioSendAdvert",
    "one more advert when a higher one is heard",
    BOOLEAN,
  ),
  skip_check_adv_addr: property("skipCheckAdvAddr", "address lists are not compared", BOOLEAN),
  garp_master_delay: garp("delayUs", "second burst after MASTER", seconds(0, SECONDS_MAX, 0)),
  garp_master_repeat: garp("repeat", "messages of a burst", integer(1, U32_MAX)),
  garp_master_refresh: garp("refreshUs", "period of refreshes, 0 = none", seconds(0, U32_MAX, 0)),
  garp_master_refresh_repeat: garp("refreshRepeat", "messages of a refresh", integer(1, U32_MAX)),
  garp_lower_prio_delay: garp(
    "lowerPrioDelayUs",
    "second burst after a lower priority advert",
    seconds(0, SECONDS_MAX, 0),
  ),
  garp_lower_prio_repeat: garp(
    "lowerPrioRepeat",
    "messages after a lower priority advert",
    integer(0, I32_MAX),
  ),
  smtp_alert: property("smtpAlert", "mail on transitions", BOOLEAN),
  virtual_ipaddress: word("all advertised addresses", ADDRESSES, setAddresses),
  "authentication.auth_pass": word("password (version 2)", PASSWORD, (place, data) => {
    place.auth = data === null ? null : { type: "PASS", data };
  }),
};

/** Addresses that stay keep their interface, label and scope. */
function setAddresses(
  instance: VrrpInstance,
  wanted: NonNullable<ReturnType<typeof ADDRESSES.read>>,
): void {
  instance.vips = wanted.map(({ family, address, prefixLength }): Vip => {
    const own = instance.vips.find((vip) => vip.address === address);
    const length = prefixLength ?? own?.prefixLength ?? (family === "INET" ? 32 : 128);
    if (own !== undefined) return { ...own, prefixLength: length };
    const device = instance.interface;
    return { family, address, prefixLength: length, device, label: null, scope: 0 };
  });
}

/** `vrrp_instance.NAME.track_script.NAME.` and `track_interface`. */
export const TRACK_WORDS: Words<Track> = {
  weight: property("weight", "what it moves the priority by; 0: FAULT", TRACK_WEIGHT),
  reverse: property("reverse", "good and bad change places", BOOLEAN),
};

/** `vrrp_script.NAME.` */
export const SCRIPT_WORDS: Words<VrrpScript> = {
  interval: word("time between runs", seconds(0.001, SECONDS_MAX, 3), (script, value) => {
    if (script.timeoutUs === script.intervalUs) script.timeoutUs = value;
    script.intervalUs = value;
  }),
  timeout: property(
    "timeoutUs",
    "run time after which it has failed",
    seconds(0.001, SECONDS_MAX, 3),
  ),
  weight: word("for track lines that give none", TRACK_WEIGHT, (script, value, config) => {
    for (const { tracks } of config.instances) {
      for (const track of tracks) {
        const follows = track.watches === "SCRIPT" && track.tracker === script.name &&
          track.weight === script.weight;
        if (follows) track.weight = value;
      }
    }
    script.weight = value;
  }),
  rise: property("rise", "successes in a row that make it good", integer(1, I32_MAX)),
  fall: property("fall", "failures in a row that make it bad", integer(1, I32_MAX)),
};

function everyCheck(service: VirtualServer, change: (check: Checker) => void): void {
  for (const { checkers } of service.realServers) checkers.forEach(change);
}

/** `virtual_server.NAME.`; times and retries are those of all its checks. */
export const SERVICE_WORDS: Words<VirtualServer> = {
  quorum: property("quorum", "weight that must be alive", integer(1, I32_MAX)),
  hysteresis: property("hysteresis", "margin below the quorum", integer(0, I32_MAX)),
  delay_loop: word("time between checks", seconds(0.000001, U32_MAX), (service, value) => {
    everyCheck(service, (check) => {
      if (check.warmupUs === check.delayLoopUs) check.warmupUs = value;
      check.delayLoopUs = value;
    });
  }),
  retry: word("further tries before it has failed", integer(0, I32_MAX), (service, value) => {
    everyCheck(service, (check) => {
      check.retry = value;
    });
  }),
  delay_before_retry: word("pause between tries", seconds(0, SECONDS_MAX), (service, value) => {
    everyCheck(service, (check) => {
      check.delayBeforeRetryUs = value;
    });
  }),
  connect_timeout: word("to connect", seconds(0.000001, SECONDS_MAX), (service, value) => {
    everyCheck(service, (check) => {
      if (check.kind !== "MISC_CHECK") check.connectTimeoutUs = value;
    });
  }),
};

/** `virtual_server.NAME.real_server.NAME.` */
export const SERVER_WORDS: Words<RealServer> = {
  weight: property("weight", "share of the connections, 0 = no new ones", integer(0, I32_MAX)),
  inhibit_on_failure: property("inhibitOnFailure", "weight 0 instead of removal", BOOLEAN),
};

/** `vipd.` */
export const VIPD_WORDS: Words<VipdSettings> = {
  lease: property("lease", "addresses with a limited lifetime", BOOLEAN),
};
