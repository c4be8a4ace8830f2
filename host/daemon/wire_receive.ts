// From a VRRP socket into the core's input buffer, with no copy and no garbage in between: the kernel
// writes the packet where the record's payload stands, and the fixed part is written around it.

import { AF_INET6 } from "../base/address.ts";
import { ERRNO } from "../base/errno.ts";
import {
  INPUT_PACKET,
  PACKET_INPUT as AT,
  PACKET_INPUT_SIZE,
  PACKET_SIZE_MAX,
} from "../core/abi.gen.ts";
import { Pinned } from "../linux/pinned.ts";
import type { VrrpReceiver } from "../linux/vrrp_socket.ts";

/** Makes PacketInput records of received packets. */
export class WireReceive {
  readonly #input: Pinned;
  readonly #payload: Pinned;
  readonly #failed: (receiver: VrrpReceiver, errno: number) => void;

  /** `input` lies over the core's input buffer; `failed` hears of socket errors (positive errno). */
  constructor(input: Pinned, failed: (receiver: VrrpReceiver, errno: number) => void) {
    this.#input = input;
    this.#failed = failed;
    this.#payload = new Pinned(
      input.bytes.subarray(PACKET_INPUT_SIZE, PACKET_INPUT_SIZE + PACKET_SIZE_MAX),
    );
  }

  /** Takes one packet; returns the record's size in bytes, 0 when none waits. */
  take(receiver: VrrpReceiver): number {
    const length = receiver.receive(this.#payload);
    if (length < 0) {
      if (length !== -ERRNO.EAGAIN && length !== -ERRNO.EINTR) this.#failed(receiver, -length);
      return 0;
    }
    const size = PACKET_INPUT_SIZE + length;
    const { view, bytes } = this.#input;
    view.setUint32(0, INPUT_PACKET, true);
    view.setUint32(4, size, true);
    view.setUint32(AT.ifindex, receiver.ifindex, true);
    view.setUint32(AT.family, receiver.family, true);
    view.setUint32(AT.hopLimit, Math.max(0, receiver.hopLimit), true);
    view.setUint32(AT.payloadLength, length, true);
    if (receiver.family === AF_INET6) {
      bytes.set(receiver.source, AT.source);
      bytes.set(receiver.destination, AT.destination);
    } else bytes.fill(0, AT.source, AT.source + 32);
    return size;
  }
}
