// Which announcements of the kernel are the echo of our own requests.

import { describe, expect, it } from "vitest";
import { AF_INET6 } from "../base/address.ts";
import { OwnAddresses } from "./own_addresses.ts";

const PORT = 4711;
const KEY = { ifindex: 2, family: AF_INET6, address: new Uint8Array(16).fill(1), prefixLength: 64 };

describe("OwnAddresses", () => {
  it("takes what we added for ours until we removed it", () => {
    const own = new OwnAddresses(PORT);
    own.added(KEY);
    expect(own.isEcho(KEY, true, 0)).toBe(true);
    own.removed(KEY);
    expect(own.holds(KEY)).toBe(false);
    expect(own.isEcho(KEY, false, 0)).toBe(true);
    expect(own.isEcho(KEY, true, 0)).toBe(false);
  });

  it("takes nothing for ours that was gone when we wanted to remove it", () => {
    const own = new OwnAddresses(PORT);
    own.added(KEY);
    own.gone(KEY);
    expect(own.holds(KEY)).toBe(false);
    // Somebody else puts it there, and takes it away again.
    expect(own.isEcho(KEY, true, 0)).toBe(false);
    expect(own.isEcho(KEY, false, 0)).toBe(false);
  });
});
