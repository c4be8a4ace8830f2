// The button of opening and sharing with its dialog, what is said of the last opening, and where files are
// dropped. The rest is fetched when it is needed.

import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { lazyPart } from "../app/lazy.tsx";
import { SHARE_TEXT } from "../text/share.ts";
import { t } from "../text/text.ts";
import { installDrop, isDropping } from "./drop.ts";
import "./share.css";
import { notice, shareIsOpen } from "./share_state.ts";

const SharePart = lazyPart(() => import("./share_panel.tsx").then((module) => module.SharePanel));

/** The button and what belongs to it. */
export function ShareMenu(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = shareIsOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  useEffect(() =>
    installDrop(
      document.body,
      (files) => void import("./opening.ts").then(({ openFiles }) => openFiles(files)),
    ), []);
  return (
    <>
      <button
        type="button"
        data-testid="share-open"
        aria-haspopup="dialog"
        onClick={() => shareIsOpen.value = true}
      >
        {t(SHARE_TEXT.open)}
      </button>
      <dialog
        ref={dialog}
        class="card share"
        aria-label={t(SHARE_TEXT.open)}
        data-testid="share"
        onClose={() => shareIsOpen.value = false}
      >
        {isOpen && <SharePart />}
        <button
          type="button"
          data-testid="share-close"
          onClick={() => shareIsOpen.value = false}
        >
          {t(SHARE_TEXT.close)}
        </button>
      </dialog>
      <Notice />
      {isDropping.value && <p class="drop-here-page" role="status">{t(SHARE_TEXT.dropHere)}</p>}
    </>
  );
}

function Notice(): JSX.Element | null {
  const told = notice.value;
  if (told === null) return null;
  return (
    <div class={told.isBad ? "share-notice bad" : "share-notice"} data-testid="share-notice">
      <p role={told.isBad ? "alert" : "status"}>{t(told.text, told.values)}</p>
      <button type="button" onClick={() => notice.value = null}>{t(SHARE_TEXT.close)}</button>
    </div>
  );
}
