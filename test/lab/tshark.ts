// tshark as the judge of packets that were captured: a decoder that is neither ours nor keepalived's.

import { run } from "./process.ts";

/** PI_WARN of wireshark's epan/proto.h; errors are above it. */
const SEVERITY_WARNING = "0x600000";
/** Frames of VRRP and of its announcements in which anything is wrong. */
const COMPLAINTS = "(vrrp || arp || icmpv6.type == 136) && (" + [
  "_ws.malformed",
  `_ws.expert.severity >= ${SEVERITY_WARNING}`,
  ...["ip", "vrrp", "icmpv6"].map((name) => `${name}.checksum.status == "Bad"`),
].join(" || ") +
  // An address that moves is what all of this is about.
  ") && !arp.duplicate-address-detected";

/** What tshark has to say against the frames of a pcap file, one line each; empty when all is well. */
export async function tsharkComplaints(path: string, filter = "frame"): Promise<string[]> {
  const fields = ["frame.number", "ip.src", "ipv6.src", "_ws.col.Info", "_ws.expert.message"];
  const { stdout } = await run([
    ...["tshark", "-r", path, "-o", "ip.check_checksum:TRUE"],
    ...["-Y", `(${filter}) && ${COMPLAINTS}`, "-T", "fields"],
    ...fields.flatMap((field) => ["-e", field]),
  ]);
  return stdout.split("\n").filter((line) => line !== "");
}
