// Taking a packet out of the page: as hex to the clipboard, as a capture file.

import type { Outermost } from "../../host/sim/dissect/dissect.ts";
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_RAW,
} from "../../host/sim/pcap/captured_packet.ts";
import { writePcap } from "../../host/sim/pcap/pcap_writer.ts";
import { announcement, recording } from "../app/state.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { t } from "../text/text.ts";
import { hexText } from "./hex_rows.ts";
import { pcapName } from "./packet_title.ts";
import type { ShownPacket } from "./packets.ts";

/** Of captures that can hold a packet that begins so; null: there is none. */
export function linkTypeOf(outermost: Outermost): number | null {
  switch (outermost) {
    case "ethernet":
      return LINKTYPE_ETHERNET;
    case "ip":
      return LINKTYPE_RAW;
    case "sll":
      return LINKTYPE_LINUX_SLL;
    case "sll2":
      return LINKTYPE_LINUX_SLL2;
    case "arp":
    case "vrrp":
      return null;
  }
}

/** Copies it; says so, or why not. */
export async function copyHex({ bytes }: ShownPacket): Promise<void> {
  try {
    await navigator.clipboard.writeText(hexText(bytes));
    announcement.value = t(INSPECTOR_TEXT.copied, { size: bytes.length });
  } catch {
    // Not allowed, or no secure context: the bytes can still be marked by hand.
    announcement.value = t(INSPECTOR_TEXT.copyFailed);
  }
}

/** Wall time of a packet, microseconds since 1970; a simulation's begins with 1970. */
function wallUs({ origin }: ShownPacket): number {
  if (origin.kind === "file") return origin.atUs ?? 0;
  if (origin.kind !== "recording") return 0;
  return (recording.peek().wallMs ?? 0) * 1000 + origin.atUs;
}

/** Saves it as a capture file of one packet. */
export function downloadPcap(packet: ShownPacket, linkType: number): void {
  const { bytes, originalLength } = packet;
  const atUs = Math.floor(wallUs(packet));
  const file = writePcap([{ atUs, bytes, originalLength }], linkType);
  const type = "application/vnd.tcpdump.pcap";
  const url = URL.createObjectURL(new Blob([file as Uint8Array<ArrayBuffer>], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = pcapName(packet);
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
