// What reading the editor's files gives, once for all who ask.

import { computed } from "@preact/signals";
import { files } from "../../app/state.ts";
import { loadNodes } from "./nodes.ts";

/** The nodes that the files make, and what is wrong with them. */
export const checked = computed(() => loadNodes(files.value));
