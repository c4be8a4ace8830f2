// What the launcher starts in its tests, in the place of vipd.js: obeys its environment and says what
// it got.
//   START_STATUS=N   say why on standard error and end with status N before being ready
//   otherwise        in the background: be ready, stay until TERM, then end with 0;
//                    with -n: print one JSON line {pid, args}, stay until TERM, then end with 42
import { reportReady } from "../../host/linux/terminal.ts";

const status = Deno.env.get("START_STATUS");
if (status !== undefined) {
  console.error("the configuration is not good");
  Deno.exit(Number(status));
}

const inForeground = !reportReady();
Deno.addSignalListener("SIGTERM", () => Deno.exit(inForeground ? 42 : 0));
console.log(JSON.stringify({ pid: Deno.pid, args: Deno.args }));
const pidFile = Deno.env.get("PID_FILE");
if (pidFile !== undefined) Deno.writeTextFileSync(pidFile, `${Deno.pid}\n`);
setInterval(() => {}, 1000);
