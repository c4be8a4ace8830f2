// Where things are: the project's root and the files of the lab, as paths.

/** The path of a file URL. */
export function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** The project's folder, without a slash at its end. */
export const ROOT = fromFileUrl(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The reference deployment's folder. */
export const EXAMPLE = `${ROOT}/examples/lvs-dr-dual-master`;

/** The pinned Deno, for programs that a test starts. */
export const DENO = Deno.execPath();
