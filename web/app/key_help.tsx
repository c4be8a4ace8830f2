// The dialog that lists the page's keys.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { SHELL_TEXT } from "../text/shell.ts";
import { t } from "../text/text.ts";
import { keyAreas, keyName, registerKeys } from "./keys.ts";

/** The dialog is shown. */
export const helpIsOpen = signal(false);

registerKeys({
  title: SHELL_TEXT.page,
  keys: [{ key: "?", text: SHELL_TEXT.help, run: () => helpIsOpen.value = true }],
});

/** The dialog. */
export function KeyHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = helpIsOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      class="card key-help"
      aria-labelledby="key-help-title"
      onClose={() => helpIsOpen.value = false}
    >
      <h2 id="key-help-title">{t(SHELL_TEXT.helpTitle)}</h2>
      {keyAreas.value.map(({ title, keys }) => (
        <section key={title.en}>
          <h3>{t(title)}</h3>
          <dl>
            {keys.map((key) => (
              <div key={keyName(key)}>
                <dt>
                  <kbd>{keyName(key)}</kbd>
                </dt>
                <dd>{t(key.text)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <button type="button" onClick={() => helpIsOpen.value = false}>{t(SHELL_TEXT.close)}</button>
    </dialog>
  );
}
