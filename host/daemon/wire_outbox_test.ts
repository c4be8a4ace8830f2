// A full ring loses detail and never the last state.

import { describe, expect, it } from "vitest";
import {
  NOTICE_OUTPUT,
  NOTICE_OUTPUT_SIZE,
  OUTPUT_NOTICE,
  OUTPUT_TRANSITION,
  STATE_BACKUP,
  STATE_FAULT,
  STATE_MASTER,
  SUBJECT_GROUP,
  SUBJECT_INSTANCE,
  TRANSITION_OUTPUT,
  TRANSITION_OUTPUT_SIZE,
} from "../core/abi.gen.ts";
import { NOTICE_CONFIG_COMMITTED, NOTICE_TIMER_LATE } from "../core/abi.gen.ts";
import { Ring } from "./ring.ts";
import { encodeConfigResult, encodeRemark, kindOf, WIRE_CONFIG_RESULT } from "./wire_message.ts";
import { WireOutbox } from "./wire_outbox.ts";

const SIZE = 64 + 512;

function makeBox() {
  const ring = new Ring(new SharedArrayBuffer(SIZE), 0, SIZE);
  return { ring, box: new WireOutbox(ring) };
}

function record(kind: number, size: number, words: Record<number, number>): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of Object.entries({ 0: kind, 4: size, ...words })) {
    view.setUint32(Number(at), value, true);
  }
  return bytes;
}

const transition = (subject: number, number: number, to: number) =>
  record(OUTPUT_TRANSITION, TRANSITION_OUTPUT_SIZE, {
    [TRANSITION_OUTPUT.subject]: subject,
    [subject === SUBJECT_GROUP ? TRANSITION_OUTPUT.group : TRANSITION_OUTPUT.instance]: number,
    [TRANSITION_OUTPUT.to]: to,
  });
const notice = (code: number) =>
  record(OUTPUT_NOTICE, NOTICE_OUTPUT_SIZE, { [NOTICE_OUTPUT.notice]: code });

/** Everything that main would get, with room made as often as it is needed. */
function takeAll(ring: Ring, box: WireOutbox): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (;;) {
    const next = ring.pop();
    if (next !== null) taken.push(next);
    else if (box.isWaiting) box.flush();
    else return taken;
  }
}

const wordAt = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer).getUint32(at, true);

function fill(ring: Ring, box: WireOutbox): void {
  while (ring.lost === 0) box.push(encodeRemark({ level: "info", text: "of no importance" }));
}

describe("WireOutbox", () => {
  it("brings the newest transition of each instance and group, however full the ring was", () => {
    const { ring, box } = makeBox();
    fill(ring, box);
    for (let flap = 0; flap < 100; flap++) {
      for (const to of [STATE_BACKUP, STATE_MASTER]) {
        for (let n = 0; n < 5; n++) box.push(transition(SUBJECT_INSTANCE, n, to));
        box.push(transition(SUBJECT_GROUP, 0, to));
      }
    }
    box.push(transition(SUBJECT_INSTANCE, 3, STATE_FAULT));
    const last = new Map<string, number>();
    for (const taken of takeAll(ring, box)) {
      if (kindOf(taken) !== OUTPUT_TRANSITION) continue;
      const subject = wordAt(taken, TRANSITION_OUTPUT.subject);
      const { group, instance } = TRANSITION_OUTPUT;
      const number = wordAt(taken, subject === SUBJECT_GROUP ? group : instance);
      last.set(`${subject} ${number}`, wordAt(taken, TRANSITION_OUTPUT.to));
    }
    const master = [0, 1, 2, 4].map((n) => [`${SUBJECT_INSTANCE} ${n}`, STATE_MASTER] as const);
    expect(last).toEqual(
      new Map([
        ...master,
        [`${SUBJECT_INSTANCE} 3`, STATE_FAULT],
        [`${SUBJECT_GROUP} 0`, STATE_MASTER],
      ]),
    );
  });

  it("keeps the answer to a configuration and the commit, in order, and lets nothing overtake", () => {
    const { ring, box } = makeBox();
    fill(ring, box);
    box.push(encodeConfigResult({ generation: 2, status: 0, recordKind: 0 }));
    box.push(transition(SUBJECT_INSTANCE, 0, STATE_BACKUP));
    box.push(notice(NOTICE_CONFIG_COMMITTED));
    box.push(transition(SUBJECT_INSTANCE, 0, STATE_MASTER));
    ring.pop();
    box.push(notice(NOTICE_TIMER_LATE));
    const kinds = takeAll(ring, box).map(kindOf);
    expect(kinds.slice(-4)).toEqual([
      WIRE_CONFIG_RESULT,
      OUTPUT_TRANSITION,
      OUTPUT_NOTICE,
      OUTPUT_TRANSITION,
    ]);
    expect(ring.lost).toBe(2);
  });

  it("uses the ring alone while there is room", () => {
    const { ring, box } = makeBox();
    for (let n = 0; n < 1000; n++) {
      box.push(transition(SUBJECT_INSTANCE, 0, STATE_BACKUP));
      expect(box.isWaiting).toBe(false);
      expect(ring.pop()).not.toBeNull();
    }
  });
});
