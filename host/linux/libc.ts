// The C library through FFI: one handle and one errno view per thread, opened by the first call.
// Every wrapper answers as the kernel does: zero or more on success, the negated errno on failure.
// Who calls: the other files of this folder; nothing outside it.
//
// Three rules, measured and not to be bent:
// - errno is read in the expression right after the call. V8 itself makes system calls when it
//   allocates or compiles, so anything in between may overwrite it.
// - No `nonblocking` calls: they run on a pool thread, which has an errno and a namespace of its own.
// - Sizes are u32 and results i32, so that no BigInt is made; no buffer here comes near 2 GiB.
// - mlockall() is not declared: V8 gives pages back with madvise(), which fails on locked memory and
//   ends the process.

const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  _exit: { parameters: ["i32"], result: "void" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  write: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "pointer", "pointer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "pointer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "pointer", "pointer"], result: "i32" },
  recv: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  recvfrom: {
    parameters: ["i32", "pointer", "u32", "i32", "pointer", "pointer"],
    result: "i32",
  },
  recvmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  send: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "pointer", "u32", "i32", "pointer", "u32"], result: "i32" },
  sendmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "pointer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "pointer", "i32", "i32"], result: "i32" },
  timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
  timerfd_settime: { parameters: ["i32", "i32", "pointer", "pointer"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "pointer"], result: "i32" },
  sched_setscheduler: { parameters: ["i32", "i32", "pointer"], result: "i32" },
  sched_getscheduler: { parameters: ["i32"], result: "i32" },
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
  mlock: { parameters: ["pointer", "usize"], result: "i32" },
  signal: { parameters: ["i32", "pointer"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Where in memory something lies, as FFI calls take it. */
export type Pointer = Deno.PointerObject;

interface Libc {
  c: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  errno: Deno.UnsafePointerView;
}

let opened: Libc | undefined;

/** Never closed: the process needs it to its end. A worker evaluates this module anew: its own. */
function libc(): Libc {
  if (opened !== undefined) return opened;
  const c = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  opened = { c, errno: new Deno.UnsafePointerView(c.__errno_location()!) };
  return opened;
}

/**
 * _exit(2): ends the whole process at once, from any thread. Deno.exit() in a worker ends only that
 * worker; this is for the one that finds main dead.
 */
export function exitProcess(status: number): void {
  libc().c._exit(status);
}

/** close(2). */
export function close(fd: number): number {
  const { c, errno } = libc();
  const result = c.close(fd);
  return result < 0 ? -errno.getInt32() : result;
}

/** read(2): bytes read. */
export function read(fd: number, into: Pointer, size: number): number {
  const { c, errno } = libc();
  const result = c.read(fd, into, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** write(2): bytes written. */
export function write(fd: number, from: Pointer, size: number): number {
  const { c, errno } = libc();
  const result = c.write(fd, from, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** socket(2): a descriptor. */
export function socket(domain: number, type: number, protocol: number): number {
  const { c, errno } = libc();
  const result = c.socket(domain, type, protocol);
  return result < 0 ? -errno.getInt32() : result;
}

/** bind(2). */
export function bind(fd: number, address: Pointer, size: number): number {
  const { c, errno } = libc();
  const result = c.bind(fd, address, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** getsockname(2); `size` points to a u32. */
export function getsockname(fd: number, address: Pointer, size: Pointer): number {
  const { c, errno } = libc();
  const result = c.getsockname(fd, address, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** setsockopt(2). */
export function setsockopt(
  fd: number,
  level: number,
  option: number,
  value: Pointer,
  size: number,
): number {
  const { c, errno } = libc();
  const result = c.setsockopt(fd, level, option, value, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** getsockopt(2); `size` points to a u32. */
export function getsockopt(
  fd: number,
  level: number,
  option: number,
  value: Pointer,
  size: Pointer,
): number {
  const { c, errno } = libc();
  const result = c.getsockopt(fd, level, option, value, size);
  return result < 0 ? -errno.getInt32() : result;
}

/** recv(2): bytes received. */
export function recv(fd: number, into: Pointer, size: number, flags: number): number {
  const { c, errno } = libc();
  const result = c.recv(fd, into, size, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** recvfrom(2): bytes received; `addressSize` points to a u32. */
export function recvfrom(
  fd: number,
  into: Pointer,
  size: number,
  flags: number,
  address: Pointer,
  addressSize: Pointer,
): number {
  const { c, errno } = libc();
  const result = c.recvfrom(fd, into, size, flags, address, addressSize);
  return result < 0 ? -errno.getInt32() : result;
}

/** recvmsg(2): bytes received; `header` points to a msghdr. */
export function recvmsg(fd: number, header: Pointer, flags: number): number {
  const { c, errno } = libc();
  const result = c.recvmsg(fd, header, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** send(2): bytes sent. */
export function send(fd: number, from: Pointer, size: number, flags: number): number {
  const { c, errno } = libc();
  const result = c.send(fd, from, size, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** sendto(2): bytes sent. */
export function sendto(
  fd: number,
  from: Pointer,
  size: number,
  flags: number,
  address: Pointer,
  addressSize: number,
): number {
  const { c, errno } = libc();
  const result = c.sendto(fd, from, size, flags, address, addressSize);
  return result < 0 ? -errno.getInt32() : result;
}

/** sendmsg(2): bytes sent; `header` points to a msghdr. */
export function sendmsg(fd: number, header: Pointer, flags: number): number {
  const { c, errno } = libc();
  const result = c.sendmsg(fd, header, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** epoll_create1(2): a descriptor. */
export function epollCreate1(flags: number): number {
  const { c, errno } = libc();
  const result = c.epoll_create1(flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** epoll_ctl(2); `event` is null for EPOLL_CTL_DEL. */
export function epollCtl(
  epoll: number,
  operation: number,
  fd: number,
  event: Pointer | null,
): number {
  const { c, errno } = libc();
  const result = c.epoll_ctl(epoll, operation, fd, event);
  return result < 0 ? -errno.getInt32() : result;
}

/** epoll_wait(2): number of events; blocks the thread. */
export function epollWait(
  epoll: number,
  events: Pointer,
  countMax: number,
  timeoutMs: number,
): number {
  const { c, errno } = libc();
  const result = c.epoll_wait(epoll, events, countMax, timeoutMs);
  return result < 0 ? -errno.getInt32() : result;
}

/** timerfd_create(2): a descriptor. */
export function timerfdCreate(clock: number, flags: number): number {
  const { c, errno } = libc();
  const result = c.timerfd_create(clock, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** timerfd_settime(2); `value` points to an itimerspec, the old value is not asked for. */
export function timerfdSettime(fd: number, flags: number, value: Pointer): number {
  const { c, errno } = libc();
  const result = c.timerfd_settime(fd, flags, value, null);
  return result < 0 ? -errno.getInt32() : result;
}

/** eventfd(2): a descriptor. */
export function eventfd(count: number, flags: number): number {
  const { c, errno } = libc();
  const result = c.eventfd(count, flags);
  return result < 0 ? -errno.getInt32() : result;
}

/** clock_gettime(2); `time` points to a timespec. */
export function clockGettime(clock: number, time: Pointer): number {
  const { c, errno } = libc();
  const result = c.clock_gettime(clock, time);
  return result < 0 ? -errno.getInt32() : result;
}

/** sched_setscheduler(2); pid 0 is the calling thread, `parameter` points to a sched_param. */
export function schedSetscheduler(pid: number, policy: number, parameter: Pointer): number {
  const { c, errno } = libc();
  const result = c.sched_setscheduler(pid, policy, parameter);
  return result < 0 ? -errno.getInt32() : result;
}

/** sched_getscheduler(2): the policy, SCHED_RESET_ON_FORK included. */
export function schedGetscheduler(pid: number): number {
  const { c, errno } = libc();
  const result = c.sched_getscheduler(pid);
  return result < 0 ? -errno.getInt32() : result;
}

/** prctl(2) with one number. */
export function prctl(option: number, argument: number): number {
  const { c, errno } = libc();
  const result = c.prctl(option, BigInt(argument), 0n, 0n, 0n);
  return result < 0 ? -errno.getInt32() : result;
}

/** mlock(2). */
export function mlock(from: Pointer, size: number): number {
  const { c, errno } = libc();
  const result = c.mlock(from, BigInt(size));
  return result < 0 ? -errno.getInt32() : result;
}

/** SIG_IGN and SIG_ERR of <signal.h>. */
const SIG_IGN = 1n;
const SIG_ERR = 0xffff_ffff_ffff_ffffn;

/** signal(2) with SIG_IGN, for the whole process. */
export function ignoreSignal(number: number): number {
  const { c, errno } = libc();
  const before = Deno.UnsafePointer.value(c.signal(number, Deno.UnsafePointer.create(SIG_IGN)));
  return BigInt(before) === SIG_ERR ? -errno.getInt32() : 0;
}
