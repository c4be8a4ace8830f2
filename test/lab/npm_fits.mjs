// Exit status 0 when node_modules holds the versions that package-lock.json names, by npm's own
// record of what it installed; 1 otherwise. Runs before anything is installed: Node alone.
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

const packagesOf = (file) => JSON.parse(readFileSync(file, "utf8")).packages;

/**
 * True for what npm must have installed here. Of the optional packages these are the binaries for
 * this machine (they name a processor); the rest serves other platforms and is rightly absent.
 */
function isWanted(entry) {
  if (entry.extraneous) return false;
  if (!entry.optional) return true;
  return (entry.os ?? [process.platform]).includes(process.platform) &&
    (entry.cpu ?? []).includes(process.arch) &&
    (entry.libc ?? ["glibc"]).includes("glibc");
}

function fits() {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  const present = packagesOf("node_modules/.package-lock.json");
  return Object.entries(packagesOf("package-lock.json")).every(([path, entry]) =>
    path === "" || !isWanted(entry) ||
    (present[path]?.version === entry.version && existsSync(path))
  );
}

process.exit(fits() ? 0 : 1);
