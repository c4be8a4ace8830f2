// The Internet checksum (RFC 1071) for those who read and make packets outside the core: captures, logs,
// "what if", the packet inspector. The core's own is core-as/assembly/base/checksum.ts; a test holds
// this one against it. This module is browser safe.

/** One's complement sum of big endian 16 bit words, folded; an odd last byte is a high byte. */
export function sumOf(bytes: Uint8Array, before = 0): number {
  let sum = before;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8;
  return fold(sum);
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}

/**
 * Sum of the pseudo header before a message of `length` bytes: IPv4 (RFC 9293 3.1, RFC 9568 5.2.8) for
 * addresses of 4 bytes, IPv6 (RFC 8200 8.1) for those of 16.
 */
export function pseudoHeaderSum(
  { source, destination }: { source: Uint8Array; destination: Uint8Array },
  protocol: number,
  length: number,
): number {
  const sum = sumOf(destination, sumOf(source));
  return fold(sum + protocol + Math.floor(length / 0x1_0000) + (length & 0xffff));
}

/**
 * The checksum that belongs into a message at an even offset, whatever stands there now; `pseudo` is
 * pseudoHeaderSum or 0.
 */
export function checksumFor(message: Uint8Array, fieldAt: number, pseudo = 0): number {
  const before = sumOf(message.subarray(0, fieldAt), pseudo);
  return ~sumOf(message.subarray(fieldAt + 2), before) & 0xffff;
}

/** Whether two checksums are the same number: in one's complement 0 and 0xffff are (RFC 1071 2). */
export function isSameChecksum(a: number, b: number): boolean {
  return a % 0xffff === b % 0xffff;
}
