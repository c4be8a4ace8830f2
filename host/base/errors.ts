// The one error class of the host. Who throws it says what, where, why and what to do; who catches
// it prints `message` and `hint` and nothing else.
// This module is browser safe.

import { ERRNO, errnoName, errnoText } from "./errno.ts";

/** What an error may carry beside its message. */
export interface VipdErrorOptions {
  /** The error behind this one. */
  cause?: unknown;
  /** What to do about it, one sentence. */
  hint?: string;
}

/** An error that a person is going to read. `code` is a stable word for programs. */
export class VipdError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: VipdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "VipdError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** What a SysError is made of. */
export interface SysErrorOptions extends VipdErrorOptions {
  /** More of what the kernel said, e.g. the text of a netlink extended ACK. */
  detail?: string;
}

/**
 * A system call that failed. The message reads `call object: text (ERRNO: detail)`; without a hint
 * of the caller's the one of the errno is taken. `code` is "syscall".
 */
export class SysError extends VipdError {
  /** Name of the call: "socket", "RTM_NEWADDR". */
  readonly call: string;
  /** Positive errno. */
  readonly errno: number;
  /** Its name: "EPERM". */
  readonly errnoName: string;
  /** What the call was about: "raw VRRP socket on eth0". */
  readonly object: string;

  constructor(call: string, errno: number, object: string, options: SysErrorOptions = {}) {
    const name = errnoName(errno);
    const detail = options.detail ? `: ${options.detail}` : "";
    const hint = options.hint ?? hintOf(errno);
    super("syscall", `${call} ${object}: ${errnoText(errno)} (${name}${detail})`, {
      cause: options.cause,
      ...(hint === undefined ? {} : { hint }),
    });
    this.name = "SysError";
    this.call = call;
    this.errno = errno;
    this.errnoName = name;
    this.object = object;
  }
}

/** What to do about an errno when the caller knows nothing better. */
function hintOf(errno: number): string | undefined {
  switch (errno) {
    case ERRNO.EPERM:
    case ERRNO.EACCES:
      return "run as root or give the process CAP_NET_ADMIN and CAP_NET_RAW";
    case ERRNO.ENODEV:
    case ERRNO.ENXIO:
      return "check with `ip link` that the interface exists";
    case ERRNO.ENETDOWN:
      return "set the interface up: ip link set DEV up";
    case ERRNO.EMFILE:
    case ERRNO.ENFILE:
      return "raise the limit of open files (ulimit -n, LimitNOFILE=)";
    case ERRNO.ENOBUFS:
    case ERRNO.ENOMEM:
      return "the kernel is out of buffer memory: look at net.core.rmem_max and free memory";
    case ERRNO.EAFNOSUPPORT:
    case ERRNO.EPROTONOSUPPORT:
    case ERRNO.ENOPROTOOPT:
      return "the kernel lacks this feature: load its module or use another kernel";
    default:
      return undefined;
  }
}

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
