// What the packet inspector's dissector reads of a frame, in the words of the golden packets.

import { type Dissection, type Field, fieldsOf } from "../../host/sim/dissect/field.ts";

/** Fields whose golden value is a word. */
const WORDS = ["ethernet.type", "vrrp.checksum"];
/** Fields that stand in words of four bytes in the packet. */
const LENGTHS = ["ipv4.headerLength", "tcp.headerLength"];

function goldenValue({ id, number, raw, value }: Field): string {
  if (LENGTHS.includes(id)) return String(4 * (number ?? 0));
  if (WORDS.includes(id)) return raw;
  return number === null ? value : String(number);
}

/** The fields with these names of golden packets; "" for one that is not there. */
export function goldenFields(dissection: Dissection, names: string[]): Record<string, string> {
  const fields = fieldsOf(dissection);
  return Object.fromEntries(names.map((name) => {
    const id = name === "neighbourAdvertisement.mac" ? "option.mac" : name;
    return [name, fields.filter((field) => field.id === id).map(goldenValue).join(",")];
  }));
}
