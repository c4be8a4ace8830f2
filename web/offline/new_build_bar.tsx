// Tells that another build of the page is ready.

import type { JSX } from "preact";
import { SHELL_TEXT } from "../text/shell.ts";
import { t } from "../text/text.ts";
import { hasNewBuild, loadNewBuild } from "./register.ts";

/** The bar; nothing while there is none. */
export function NewBuildBar(): JSX.Element | null {
  if (!hasNewBuild.value) return null;
  return (
    <p class="banner" role="status" data-testid="new-build">
      {t(SHELL_TEXT.newVersion)}{" "}
      <button type="button" onClick={loadNewBuild}>{t(SHELL_TEXT.reload)}</button>
    </p>
  );
}
