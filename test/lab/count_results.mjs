// Prints the last line of `npm test`, "N passed, N failed", from the counts that the parts left as
// JSON files in the folder given. A part that died before it could count is in the exit status only.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folder = process.argv[2];
let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const counts = JSON.parse(readFileSync(join(folder, file), "utf8"));
  passed += counts.numPassedTests;
  failed += counts.numFailedTests + (counts.numFailedTestSuites && !counts.numFailedTests ? 1 : 0);
  skipped += (counts.numPendingTests ?? 0) + (counts.numTodoTests ?? 0);
}
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
