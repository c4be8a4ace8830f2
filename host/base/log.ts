// The log: what every room of the host may use. A part of the daemon asks for its log and writes
// sentences; where they go (syslog, stderr, a test's array) is decided once, by configureLog(), in
// the program. Until then nothing is written and nothing fails. Based on LogTape.
// This module is browser safe.

import {
  configureSync,
  getLogger,
  type LogLevel,
  type LogRecord,
  resetSync,
} from "@logtape/logtape";

/** Parts of the daemon, named as keepalived's processes are in syslog. */
export type LogPart = "daemon" | "vrrp" | "checkers";

/** Weight of a line, as syslog counts it: 3 error, 4 warning, 6 info, 7 debug. */
export type LogPriority = 3 | 4 | 6 | 7;

/** One line on its way out. */
export interface LogLine {
  part: LogPart;
  priority: LogPriority;
  text: string;
  /** Date.now() when it was written. */
  wallMs: number;
}

/** Where lines go. Called at once for each line: it must neither wait nor throw. */
export type LogSink = (line: LogLine) => void;

/** The log of one part. Texts are written as they are; a newline in one becomes a blank. */
export interface Log {
  error(text: string): void;
  warning(text: string): void;
  info(text: string): void;
  /** Only with -D. */
  detail(text: string): void;
  /** Only with -D twice. */
  trace(text: string): void;
}

const ROOT = "vipd";
/** LogTape's levels that are let through by 0, 1 and 2 times -D. */
const LOWEST: readonly LogLevel[] = ["info", "debug", "trace"];

/** The log of a part. Cheap; may be called at any time, before configureLog() too. */
export function log(part: LogPart): Log {
  const logger = getLogger([ROOT, part]);
  return {
    // The text goes as a value and not as the template, so that its braces are no placeholders.
    error: (text) => logger.error("{text}", { text }),
    warning: (text) => logger.warn("{text}", { text }),
    info: (text) => logger.info("{text}", { text }),
    detail: (text) => logger.debug("{text}", { text }),
    trace: (text) => logger.trace("{text}", { text }),
  };
}

/** Sends all lines to these sinks from now on. `detail` counts -D; may be called again. */
export function configureLog(sinks: readonly LogSink[], detail: number): void {
  const named = Object.fromEntries(sinks.map((sink, i) => [`${i}`, adapt(sink)]));
  configureSync({
    reset: true,
    sinks: named,
    loggers: [
      {
        category: [ROOT],
        lowestLevel: LOWEST[Math.min(detail, LOWEST.length - 1)]!,
        sinks: Object.keys(named),
      },
      // LogTape's own remarks are not ours to print.
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: [] },
    ],
  });
}

/** Writes nothing any more. */
export function resetLog(): void {
  resetSync();
}

function adapt(sink: LogSink): (record: LogRecord) => void {
  return (record) =>
    sink({
      part: (record.category[1] ?? "daemon") as LogPart,
      priority: PRIORITY[record.level],
      text: String(record.properties["text"]).replaceAll("\n", " "),
      wallMs: record.timestamp,
    });
}

const PRIORITY: Record<LogLevel, LogPriority> = {
  trace: 7,
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
  fatal: 3,
};
