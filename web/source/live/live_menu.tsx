// The button that opens the panel, as a dialog: from every view, whatever is shown.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { lazyPart } from "../../app/lazy.tsx";
import { LIVE_TEXT } from "../../text/live.ts";
import { SHELL_TEXT } from "../../text/shell.ts";
import { t } from "../../text/text.ts";
import { liveIsOpen } from "./live_fields.ts";

/** Fetched when it is first shown: it brings the whole of this folder. */
export const LivePart = lazyPart(() =>
  import("./live_panel.tsx").then((module) => module.LivePanel)
);

/** The button and its dialog. */
export function LiveMenu(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = liveIsOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <>
      <button
        type="button"
        data-testid="live-open"
        aria-haspopup="dialog"
        onClick={() => liveIsOpen.value = true}
      >
        {t(SHELL_TEXT.live)}
      </button>
      <dialog
        ref={dialog}
        class="card"
        aria-label={t(LIVE_TEXT.title)}
        onClose={() => liveIsOpen.value = false}
      >
        {isOpen && <LivePart />}
        <button type="button" data-testid="live-close" onClick={() => liveIsOpen.value = false}>
          {t(SHELL_TEXT.close)}
        </button>
      </dialog>
    </>
  );
}
