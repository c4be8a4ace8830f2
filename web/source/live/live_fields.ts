// What of the panel is known before it is fetched.

import { signal } from "@preact/signals";

/** The panel is shown as a dialog. */
export const liveIsOpen = signal(false);
/** What stands in the field for the address; the page's server may have filled in its own. */
export const liveAddress = signal("");
