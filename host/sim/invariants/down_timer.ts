// The down timer of one BACKUP as an outsider keeps it: between which times of the node's own clock
// it can end. Rules: RFC 9568 6.4.2, RFC 3768 6.4.2, keepalived.conf(5) nopreempt and
// preempt_delay. This module is browser safe.

import type { ReasonName } from "../../core/abi.gen.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import type { HeardAdvert, InstanceView, NodeView } from "../world_view.ts";
import { masterDownUs, ROUNDING_US, skewTimeUs, slackUs } from "./arithmetic.ts";
import { seconds } from "./telling.ts";

const PRIORITY_OWNER = 255;

/** A stop that is longer than the down interval by less than this may pass for a late timer. */
const CERTAIN_US = 20_000;

/** Whether a BACKUP accepts a lower priority; `perhaps`: preempt_delay ends about now. */
type Yields = "yes" | "no" | "perhaps";

/** The timer. All times are the node's own clock. */
export class DownTimer {
  /** It does not end before, and not later (the node's lateness left aside); infinite: not known. */
  earliestUs = -Infinity;
  latestUs = Infinity;
  /** What the takeover will be told with; null: not known. */
  reason: ReasonName | null = null;
  /** Interval in force: the configured one, or the one learnt (version 3). */
  #intervalUs: number;
  /** Not after an advert of which it is open whether the interval was learnt. */
  #isIntervalSure = true;
  #version: 2 | 3;
  #configuredUs: number;
  #preemptDelayUs: number;
  /** When preempt_delay is over; null: it does not run and did not. */
  #preemptUs: number | null = null;
  /** Until then it may be later: the process stood still. */
  #preemptLateUs = -Infinity;
  #heardIntervalUs: number;
  /** A member of a sync group may have wanted to be MASTER before. */
  #isInGroup = false;
  /** True time of the last advert, and whether the last one of that moment was of a lower master. */
  #heardUs = -1;
  #heardLower = false;
  /** The whole down interval in force. */
  #downUs = 0;
  #lengthUs = 0;
  #why = "";

  constructor({ config }: InstanceView) {
    this.#version = config.version;
    this.#intervalUs = this.#configuredUs = this.#heardIntervalUs = config.advertisementIntervalUs;
    this.#preemptDelayUs = config.preemptDelayUs;
  }

  /** What it counts from, in words. */
  describe(): string {
    return `${this.#why}, the timer is ${seconds(this.#lengthUs)}`;
  }

  /** Nothing is known any more until it begins anew. */
  forget(): void {
    this.earliestUs = -Infinity;
    this.latestUs = Infinity;
    this.reason = null;
  }

  /** A reload may have changed what it is made of. */
  notice({ config }: InstanceView): void {
    this.#isInGroup = config.group !== null;
    if (
      config.version === this.#version && config.advertisementIntervalUs === this.#configuredUs &&
      config.preemptDelayUs === this.#preemptDelayUs
    ) return;
    const isNew = config.version !== this.#version;
    this.#version = config.version;
    this.#configuredUs = config.advertisementIntervalUs;
    this.#preemptDelayUs = config.preemptDelayUs;
    // A version 3 BACKUP goes on with the interval that it learnt.
    if (isNew || config.version === 2) this.#intervalUs = this.#configuredUs;
    this.forget();
  }

  /** It would end before it may. */
  isEarly(node: NodeView): boolean {
    return node.clockUs() + ROUNDING_US < this.earliestUs;
  }

  /** It should have ended. */
  isOverdue(node: NodeView): boolean {
    return !this.#isShaky(node) && node.clockUs() > this.latestUs + slackUs(node);
  }

  /** It would tell another reason than the one that set it. */
  contradicts(reason: ReasonName, node: NodeView): boolean {
    return this.reason !== null && this.reason !== reason && !this.#isShaky(node);
  }

  /** A loop that comes later than a down interval counts as stalled: the timer begins anew. */
  #isShaky(node: NodeView): boolean {
    return slackUs(node) > this.#downUs;
  }

  /** An advert was accepted. */
  hear(advert: HeardAdvert, instance: InstanceView, trueUs: number): void {
    this.notice(instance);
    this.#heardIntervalUs = advert.intervalUs;
    const { node } = advert;
    const own = instance.priorityEffective();
    if (this.#heardUs !== trueUs) this.#heardLower = false;
    if (advert.priority !== 0) this.#heardLower = advert.priority < own;
    this.#heardUs = trueUs;
    if (instance.state !== "BACKUP") return;
    const before = this.earliestUs;
    if (advert.priority === 0) {
      if (!this.#isIntervalSure) return this.forget();
      const skewUs = skewTimeUs(this.#version, own, this.#intervalUs);
      this.#begin(node.clockUs(), skewUs, "MASTER_RESIGNED", "the master resigned");
      // In a group it may have wanted to be MASTER before, and still does.
      if (instance.config.group !== null) this.earliestUs = Math.min(before, this.earliestUs);
      return;
    }
    const yields = advert.priority < own ? this.#yieldsToLower(instance) : "yes";
    if (yields === "no") {
      if (this.reason === "MASTER_DOWN") this.reason = "PREEMPT";
      return;
    }
    if (advert.priority >= own) this.#preemptUs = null;
    if (this.#version === 3) this.#intervalUs = advert.intervalUs;
    this.#isIntervalSure = yields === "yes" || this.#version === 2;
    this.#downUs = masterDownUs(instance.config, own, this.#intervalUs);
    this.#begin(
      node.clockUs(),
      this.#downUs,
      "MASTER_DOWN",
      `${advert.source} was heard with priority ${advert.priority}`,
    );
    if (yields === "perhaps") {
      this.earliestUs = Math.min(before, this.earliestUs);
      this.reason = null;
      if (!this.#isIntervalSure) this.forget();
    }
  }

  #yieldsToLower({ config, node }: InstanceView): Yields {
    if (config.priority === PRIORITY_OWNER) return "no";
    if (config.nopreempt) return "yes";
    if (config.preemptDelayUs === 0) return "no";
    const nowUs = node.clockUs();
    this.#preemptUs ??= nowUs + config.preemptDelayUs;
    if (nowUs < this.#preemptUs) return "yes";
    const certainUs = Math.max(this.#preemptUs, this.#preemptLateUs) + slackUs(node);
    return nowUs <= certainUs ? "perhaps" : "no";
  }

  /** The process goes on after it stood still: whatever ran out meanwhile ends now, or begins anew. */
  goOn(instance: InstanceView): void {
    const nowUs = instance.node.clockUs();
    this.#preemptLateUs = nowUs;
    if (this.latestUs === Infinity || nowUs <= this.latestUs) return;
    // A timer that is late by more than its down interval begins anew when it is looked at, with
    // the priority of that moment.
    const own = instance.priorityEffective();
    this.#downUs = masterDownUs(instance.config, own, this.#intervalUs);
    const isStalled = nowUs - this.latestUs > this.#downUs + CERTAIN_US;
    const isCertain = this.earliestUs === this.latestUs && !this.#isInGroup;
    if (isStalled && isCertain) this.earliestUs = nowUs + this.#downUs;
    this.latestUs = nowUs + this.#downUs;
    this.reason = null;
  }

  /** The instance changed its state. */
  enter(record: TransitionRecord, instance: InstanceView, trueUs: number): void {
    this.notice(instance);
    this.#preemptUs = null;
    this.#isIntervalSure = true;
    const { config, node } = instance;
    if (record.to !== "BACKUP") {
      this.#intervalUs = this.#configuredUs;
      this.forget();
      return;
    }
    const yielded = record.reason === "PEER_PRIORITY_HIGHER" ||
      record.reason === "PEER_ADDRESS_HIGHER" || record.reason === "OWNER_CONFLICT";
    this.#intervalUs = this.#version === 3 && yielded ? this.#heardIntervalUs : this.#configuredUs;
    const own = record.priorityEffective;
    this.#downUs = masterDownUs(config, own, this.#intervalUs);
    const skewUs = skewTimeUs(this.#version, own, this.#intervalUs);
    const nowUs = node.clockUs();
    this.#begin(nowUs, this.#downUs, "MASTER_DOWN", `it became BACKUP (${record.reason})`);
    // Who resigned because an address was taken away comes back after the skew time; a group with
    // it.
    if (record.reason === "ADDRESS_LOST") this.latestUs = this.earliestUs = nowUs + skewUs;
    if (record.reason === "GROUP") this.earliestUs = nowUs + skewUs;
    // An advert that came in the moment of the stall was taken as a BACKUP already.
    if (record.reason !== "STALLED" || this.#heardUs !== trueUs) return;
    this.forget();
    this.#isIntervalSure = this.#version === 2;
    if (this.#heardLower) this.#yieldsToLower(instance);
  }

  #begin(nowUs: number, lengthUs: number, reason: ReasonName, why: string): void {
    this.earliestUs = this.latestUs = nowUs + lengthUs;
    this.reason = reason;
    this.#lengthUs = lengthUs;
    this.#why = why;
  }
}
