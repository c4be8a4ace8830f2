// Packets that the page carries for the inspector: the first of them is shown when there is nothing
// else. They are golden packets (test/golden), and a test keeps them equal.

import { parseHexText } from "../../host/sim/dissect/hex_text.ts";

/** A sample. */
export interface Sample {
  /** Name of the golden packet. */
  name: string;
  /** What it is, in the words of the golden packet. */
  title: string;
  hex: string;
}

/** The samples. */
export const SAMPLES: readonly Sample[] = [
  {
    name: "vrrp3_ipv4",
    title: "VRRPv3 over IPv4",
    hex: "01 00 5e 00 00 12 02 00 00 00 00 01 08 00 45 c0 " +
      "00 20 00 01 00 00 ff 70 d0 90 0a 09 00 01 e0 00 " +
      "00 12 31 35 6e 01 00 32 6b 8e 0a 09 00 67 ",
  },
  {
    name: "vrrp2_pass",
    title: "VRRPv2 with a password and two addresses",
    hex: "01 00 5e 00 00 12 02 00 00 00 00 01 08 00 45 c0 " +
      "00 2c 00 01 00 00 ff 70 d0 84 0a 09 00 01 e0 00 " +
      "00 12 21 33 6e 02 01 01 8a 19 0a 09 00 64 0a 09 " +
      "00 65 31 32 33 34 35 36 37 38 ",
  },
  {
    name: "vrrp3_ipv6",
    title: "VRRPv3 over IPv6 with two addresses",
    hex: "33 33 00 00 00 12 02 00 00 00 00 01 86 dd 6c 00 " +
      "00 00 00 28 70 ff fe 80 00 00 00 00 00 00 00 00 " +
      "00 ff fe 00 00 01 ff 02 00 00 00 00 00 00 00 00 " +
      "00 00 00 00 00 12 31 36 6e 02 00 32 66 a9 fe 80 " +
      "00 00 00 00 00 00 00 00 00 00 00 00 00 99 fd 00 " +
      "00 09 00 00 00 00 00 00 00 00 00 00 00 99 ",
  },
  {
    name: "vrrp3_ipv4_resign",
    title: "VRRPv3 over IPv4, priority 0",
    hex: "01 00 5e 00 00 12 02 00 00 00 00 01 08 00 45 c0 " +
      "00 20 00 10 00 00 ff 70 d0 81 0a 09 00 01 e0 00 " +
      "00 12 31 35 00 01 00 32 d9 8e 0a 09 00 67 ",
  },
  {
    name: "arp_gratuitous",
    title: "gratuitous ARP request",
    hex: "ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00 01 " +
      "08 00 06 04 00 01 02 00 00 00 00 01 0a 09 00 64 " +
      "ff ff ff ff ff ff 0a 09 00 64 ",
  },
  {
    name: "neighbour_advertisement",
    title: "unsolicited neighbour advertisement of a host",
    hex: "33 33 00 00 00 01 02 00 00 00 00 01 86 dd 60 00 " +
      "00 00 00 20 3a ff fd 00 00 09 00 00 00 00 00 00 " +
      "00 00 00 00 00 99 ff 02 00 00 00 00 00 00 00 00 " +
      "00 00 00 00 00 01 88 00 59 59 20 00 00 00 fd 00 " +
      "00 09 00 00 00 00 00 00 00 00 00 00 00 99 02 01 " +
      "02 00 00 00 00 01 ",
  },
  {
    name: "tcp_ipv4_syn",
    title: "TCP over IPv4, SYN with options",
    hex: "02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00 " +
      "00 3c d1 db 00 00 40 06 94 cc 0a 09 00 01 0a 09 " +
      "00 02 80 3c 13 89 81 6b e3 e6 00 00 00 00 a0 02 " +
      "fa f0 06 10 00 00 02 04 05 b4 04 02 08 0a de dd " +
      "5a f2 00 00 00 00 01 03 03 0a ",
  },
  {
    name: "udp_ipv6",
    title: "UDP over IPv6 with an odd number of bytes",
    hex: "02 00 00 00 00 02 02 00 00 00 00 01 86 dd 60 00 " +
      "00 00 00 0d 11 40 fd 00 00 09 00 00 00 00 00 00 " +
      "00 00 00 00 00 99 fd 00 00 09 00 00 00 00 00 00 " +
      "00 00 00 00 00 02 a1 eb 13 88 00 0d 0b e0 68 65 " +
      "6c 6c 6f ",
  },
];

/** The bytes of a sample, a whole Ethernet frame. */
export function sampleBytes({ hex }: Sample): Uint8Array {
  return parseHexText(hex).bytes ?? new Uint8Array(0);
}
