// `vipd -t[FILE]`: the configuration test with keepalived's exit statuses (since keepalived 2.2):
// 0 clean, 4 cannot be used, 5 has errors but would run, 6 has insecure scripts.

import { configTestExitStatus, formatDiagnostic } from "../host/conf/index.ts";
import { readConfiguration } from "../host/daemon/configuration.ts";
import type { DaemonOptions } from "../host/daemon/options.ts";

/** Exit status of keepalived when it cannot write what it found. */
const EXIT_FATAL = 1;

/**
 * Reads the configuration that the daemon would read and tells what was found on standard error, or
 * adds it to `logFile`. Resolves with the exit status.
 */
export async function testConfig(options: DaemonOptions, logFile: string | null): Promise<number> {
  const { diagnostics } = readConfiguration(options);
  const text = diagnostics.map((found) => formatDiagnostic(found) + "\n").join("");
  try {
    if (logFile === null) await writeAll(Deno.stderr, text);
    else await Deno.writeTextFile(logFile, text, { append: true, mode: 0o644 });
  } catch (thrown) {
    console.error(`Unable to open config-test log file ${logFile}: ${(thrown as Error).message}`);
    return EXIT_FATAL;
  }
  return configTestExitStatus(diagnostics);
}

async function writeAll(to: typeof Deno.stderr, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
