// Where the daemon's log goes: local syslog, with keepalived's idents so that filters go on working,
// and standard error in keepalived's form. Both are written behind a bounded queue (log_queue.ts):
// a syslog that hangs or a terminal that is not read never stalls the daemon.
// Source: syslog(3) of glibc (`<PRI>Mmm dd hh:mm:ss ident[pid]: text`), keepalived -l.

import { configureLog, type LogLine, type LogPart, type LogSink } from "../base/log.ts";
import { type LogQueue, queueLines } from "../base/log_queue.ts";
import type { LogOptions, SyslogFacility } from "./options.ts";

/** The socket of local syslog. */
export const SYSLOG_SOCKET = "/dev/log";
/** Time that the last lines get when the process ends, milliseconds. */
export const LOG_FLUSH_MS = 500;

const IDENT: Record<LogPart, string> = {
  daemon: "Keepalived",
  vrrp: "Keepalived_vrrp",
  checkers: "Keepalived_healthcheckers",
};

const FACILITY: Record<SyslogFacility, number> = {
  user: 1,
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The open log of the process. */
export interface OpenLog {
  /** Writes what waits, for LOG_FLUSH_MS a destination at most. Call it before Deno.exit. */
  flush(): Promise<void>;
  /** Lines that were never written. */
  lost(): number;
}

/**
 * Directs the log of the whole process as the command line says. A missing syslog is no error: it is
 * said once on stderr, and tried again with every line.
 */
export function openLog(options: LogOptions, syslogSocket: string = SYSLOG_SOCKET): OpenLog {
  const stderr = queueLines(writeStderr);
  const queues: LogQueue[] = options.console ? [stderr] : [];
  if (options.syslog) {
    const hint = options.console ? "" : "; -l writes the log here";
    const tell = (line: LogLine) => stderr.sink({ ...line, text: line.text + hint });
    queues.push(syslogQueue(syslogSocket, options.facility, tell));
  }
  configureLog(queues.map((queue) => queue.sink), options.detail);
  return {
    async flush() {
      // stderr last: the loss of syslog is told there.
      for (const queue of [...queues].reverse()) await queue.flush(LOG_FLUSH_MS);
      await stderr.flush(LOG_FLUSH_MS);
    },
    lost: () => queues.reduce((sum, queue) => sum + queue.lost, 0),
  };
}

/** A line as keepalived writes it to the console: `Sun Nov 22 17:21:28 2026: text`, local time. */
export function consoleText({ text, wallMs }: LogLine): string {
  const date = new Date(wallMs);
  return `${DAYS[date.getDay()]} ${dayAndTime(date)} ${date.getFullYear()}: ${text}`;
}

/** A line as glibc's syslog(3) sends it. `pid` of the process. */
export function syslogText(line: LogLine, facility: SyslogFacility, pid: number): string {
  const priority = FACILITY[facility] * 8 + line.priority;
  const when = dayAndTime(new Date(line.wallMs));
  return `<${priority}>${when} ${IDENT[line.part]}[${pid}]: ${line.text}`;
}

function dayAndTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = String(date.getDate()).padStart(2, " ");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${MONTHS[date.getMonth()]} ${day} ${time}`;
}

async function writeStderr(line: LogLine): Promise<void> {
  const bytes = new TextEncoder().encode(consoleText(line) + "\n");
  for (let at = 0; at < bytes.length;) at += await Deno.stderr.write(bytes.subarray(at));
}

function syslogQueue(path: string, facility: SyslogFacility, stderr: LogSink): LogQueue {
  // A socket without a name of its own: the kernel gives it one in the abstract space.
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: "" });
  let told = false;
  return queueLines(async (line) => {
    const bytes = new TextEncoder().encode(syslogText(line, facility, Deno.pid));
    try {
      await socket.send(bytes, { transport: "unixpacket", path });
    } catch (thrown) {
      if (!told) {
        told = true;
        const text = `syslog cannot be reached at ${path}: ${(thrown as Error).message}`;
        stderr({ ...line, part: "daemon", priority: 4, text });
      }
      throw thrown;
    }
  });
}
