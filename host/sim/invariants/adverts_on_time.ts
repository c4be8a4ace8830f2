// A MASTER's adverts: one each interval, at once where the RFC wants an answer, and no others. This
// module is browser safe.

import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type {
  HeardAdvert,
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  SentAdvert,
  WorldView,
} from "../world_view.ts";
import { compareAddressText, slackUs } from "./arithmetic.ts";
import { instanceOf, PerInstance, PerNode, Promises } from "./memory.ts";
import { named, seconds } from "./telling.ts";

const PRIORITY_OWNER = 255;
/** Adverts that one received advert may bring about: two owners of one address send two. */
const ANSWERS_MAX = 2;

/** The adverts of one instance; times are the node's own clock unless they say otherwise. */
interface Cadence {
  /** Of the last advert, or of the end of a pause; NaN: it is not MASTER. */
  lastUs: number;
  /** True time of the last advert that was no resignation. */
  sentUs: number;
  /** The next one that nobody asked for does not come before. */
  nextUs: number;
  /** Adverts of the timer for which that does not hold: the first ones after a pause or a reload. */
  loose: number;
  intervalUs: number;
  /** The longer of the interval and the one before a reload, until an advert came. */
  gapUs: number;
  /** True time of the advert to answer, and answers still allowed. */
  answerUs: number;
  answers: number;
}

/**
 * A MASTER sends an advert when it becomes MASTER and then one each interval by its own clock, give
 * or take its machine's known lateness (RFC 9568 6.4.3 (700)-(710)). It answers a resignation (730)
 * and, unless lower_prio_no_advert is set, a lower priority (795) in the same moment. Nothing else
 * makes it send. After a pause the interval counts from its end, and two adverts may follow each
 * other faster; after a reload of the interval the longer and the shorter one both hold for one
 * advert, and so after two reloads in one moment, the first of which nobody sees. Silent on a machine whose loop comes later than a whole interval.
 */
export function advertsOnTime(): Invariant {
  return new AdvertsOnTime();
}

class AdvertsOnTime implements Invariant {
  readonly name = "adverts_on_time";
  readonly #answers = new Promises();
  /** True time of the last reload. */
  readonly #commits = new PerNode(() => ({ atUs: -1 }));
  readonly #cadences = new PerInstance<Cadence>(({ config }) => ({
    lastUs: NaN,
    sentUs: -1,
    nextUs: -Infinity,
    loose: 0,
    intervalUs: config.advertisementIntervalUs,
    gapUs: config.advertisementIntervalUs,
    answerUs: -1,
    answers: 0,
  }));

  advert(world: WorldView, { node, instance, priority }: SentAdvert): string | null {
    const unanswered = this.#answers.broken(world.nowUs);
    if (instance === null || priority === 0) return unanswered;
    const cadence = this.#cadences.of(instance);
    this.#answers.settle(instance);
    cadence.sentUs = world.nowUs;
    if (Number.isNaN(cadence.lastUs)) return unanswered;
    notice(cadence, instance);
    const nowUs = node.clockUs();
    const late = findLate(cadence, instance, nowUs);
    cadence.lastUs = nowUs;
    const isAnswer = cadence.answerUs === world.nowUs && cadence.answers > 0;
    if (isAnswer) cadence.answers--;
    const early = isAnswer ? null : takeRegular(cadence, instance, nowUs);
    return late ?? early ?? unanswered;
  }

  heard(world: WorldView, advert: HeardAdvert): string | null {
    const { instance } = advert;
    if (instance === null || !advert.accepted || instance.state !== "MASTER") return null;
    const cadence = this.#cadences.of(instance);
    cadence.answers = ANSWERS_MAX + (cadence.answerUs === world.nowUs ? cadence.answers : 0);
    cadence.answerUs = world.nowUs;
    if (mustAnswer(advert, instance)) {
      this.#answers.expect(
        instance,
        world.nowUs,
        `${named(instance)} did not answer priority ${advert.priority} of ${advert.source}`,
      );
    }
    return null;
  }

  record(world: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind !== "notice" || record.notice !== "CONFIG_COMMITTED") return null;
    const commit = this.#commits.of(node);
    if (commit.atUs === world.nowUs) {
      for (const cadence of this.#cadences.all(node)) cadence.loose = 2;
    }
    commit.atUs = world.nowUs;
    return null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const instance = instanceOf(node, record);
    if (instance === null) return null;
    const cadence = this.#cadences.of(instance);
    const nowUs = node.clockUs();
    if (record.to === "MASTER") {
      const { advertisementIntervalUs } = instance.config;
      cadence.intervalUs = cadence.gapUs = advertisementIntervalUs;
      cadence.lastUs = nowUs;
      cadence.nextUs = nowUs + advertisementIntervalUs - slackUs(node);
      cadence.loose = 0;
      if (cadence.sentUs !== world.nowUs) return `${named(instance)} became MASTER without a word`;
      return null;
    }
    this.#answers.settle(instance);
    const late = record.from === "MASTER" && record.reason !== "STALLED" && cadence.gapUs > 0
      ? findLate(cadence, instance, nowUs)
      : null;
    cadence.lastUs = NaN;
    return late;
  }

  process(_: WorldView, node: NodeView, was: ProcessState): null {
    if (node.process !== "running" || (was !== "paused" && was !== "frozen")) return null;
    for (const cadence of this.#cadences.all(node)) {
      if (Number.isNaN(cadence.lastUs)) continue;
      cadence.lastUs = node.clockUs();
      cadence.loose = 2;
    }
    return null;
  }

  atRest(world: WorldView): string | null {
    return this.#checkAll(world);
  }

  end(world: WorldView): string | null {
    return this.#checkAll(world);
  }

  #checkAll(world: WorldView): string | null {
    for (const node of world.nodes) {
      if (node.process !== "running") continue;
      for (const instance of node.instances) {
        if (instance.state !== "MASTER") continue;
        const cadence = this.#cadences.of(instance);
        notice(cadence, instance);
        const late = findLate(cadence, instance, node.clockUs());
        if (late !== null) return late;
      }
    }
    return this.#answers.broken(world.nowUs);
  }
}

/** An advert that nobody asked for: must not come before its interval is over. */
function takeRegular(cadence: Cadence, instance: InstanceView, nowUs: number): string | null {
  const early = cadence.nextUs - nowUs;
  const isLoose = cadence.loose > 0;
  const slack = slackUs(instance.node);
  if (isLoose) cadence.loose--;
  cadence.gapUs = cadence.intervalUs;
  cadence.nextUs = nowUs + cadence.intervalUs - slack;
  if (isLoose || early <= 0 || slack >= cadence.intervalUs) return null;
  return `${named(instance)} sent an advert ${seconds(early)} before its interval of ` +
    `${seconds(cadence.intervalUs)} was over, and nothing to answer`;
}

function mustAnswer({ priority, source }: HeardAdvert, instance: InstanceView): boolean {
  if (priority === 0) return true;
  if (instance.config.lowerPrioNoAdvert) return false;
  const own = instance.priorityEffective();
  if (own === PRIORITY_OWNER && priority === PRIORITY_OWNER) return false;
  if (priority !== own) return priority < own;
  const address = instance.source();
  return address !== null && compareAddressText(source, address) < 0;
}

/** A reload may have changed the interval. */
function notice(cadence: Cadence, { config }: InstanceView): void {
  const { advertisementIntervalUs } = config;
  if (advertisementIntervalUs === cadence.intervalUs) return;
  cadence.gapUs = Math.max(cadence.gapUs, advertisementIntervalUs);
  cadence.intervalUs = advertisementIntervalUs;
  cadence.loose = 2;
}

function findLate(cadence: Cadence, instance: InstanceView, nowUs: number): string | null {
  const gapUs = nowUs - cadence.lastUs;
  const slack = slackUs(instance.node);
  if (!(gapUs > cadence.gapUs + slack) || slack >= cadence.intervalUs) return null;
  return `${named(instance)} was MASTER without an advert for ${seconds(gapUs)}, ` +
    `the interval is ${seconds(cadence.gapUs)}`;
}
