// Switches transmit checksum offload of a link off, as `ethtool -K LINK tx off` does, in the network
// namespace it runs in: a veth would otherwise hand on packets whose checksum nobody has finished.

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCETHTOOL = 0x8946n;
/** ETHTOOL_STXCSUM of <linux/ethtool.h>. */
const ETHTOOL_STXCSUM = 0x17;
const IFREQ_SIZE = 40;
const IFREQ_DATA = 16;

const link = Deno.args[0];
if (link === undefined) throw new Error("usage: checksum_offload.ts LINK");

const libc = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
});
const value = new Uint32Array([ETHTOOL_STXCSUM, 0]);
const request = new Uint8Array(IFREQ_SIZE);
request.set(new TextEncoder().encode(link));
new DataView(request.buffer).setBigUint64(
  IFREQ_DATA,
  BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(value))),
  true,
);
const socket = libc.symbols.socket(AF_INET, SOCK_DGRAM, 0);
if (libc.symbols.ioctl(socket, SIOCETHTOOL, request) !== 0) {
  throw new Error(`${link}: the kernel refuses ETHTOOL_STXCSUM`);
}
