// Files that are dropped on the page. The views that take files of their own stop the event before it comes here.

import { signal } from "@preact/signals";

/** Files are over the page: it says what dropping them does. */
export const isDropping = signal(false);

/** Takes files that are dropped on an element; answers what ends that. */
export function installDrop(
  target: HTMLElement,
  take: (files: readonly File[]) => void,
): () => void {
  const hasFiles = (event: DragEvent) =>
    !event.defaultPrevented && (event.dataTransfer?.types.includes("Files") ?? false);
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    isDropping.value = true;
  };
  const leave = (event: DragEvent) => {
    // It also leaves one element for another inside.
    if (event.relatedTarget === null) isDropping.value = false;
  };
  const drop = (event: DragEvent) => {
    isDropping.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    // The list is empty once the event is over.
    take([...event.dataTransfer!.files]);
  };
  const end = new AbortController();
  target.addEventListener("dragover", over, { signal: end.signal });
  target.addEventListener("dragleave", leave, { signal: end.signal });
  target.addEventListener("drop", drop, { signal: end.signal });
  return () => end.abort();
}
