// The body of GET /bytes/N, known to the server that makes it and the client that checks it.

/** The byte at an offset of the body; its period of 251 is prime, so a shifted body shows. */
export function patternByte(offset: number): number {
  return offset % 251;
}
