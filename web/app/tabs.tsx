// A row of tabs (WAI-ARIA: arrows move, Home and End too).

import type { JSX, TargetedKeyboardEvent } from "preact";
import type { Signal } from "@preact/signals";
import { t, type Text } from "../text/text.ts";

/** Tabs for the values of a signal. The panel of a tab has the id `ID-VALUE`. */
export function Tabs<Name extends string>(
  { label, tabs, chosen, id }: {
    label: string;
    tabs: Readonly<Record<Name, Text>>;
    chosen: Signal<Name>;
    id: string;
  },
): JSX.Element {
  const names = Object.keys(tabs) as Name[];
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const at = names.indexOf(chosen.value);
    const next = nextTab(event.key, at, names.length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    chosen.value = names[next]!;
    const { currentTarget } = event;
    queueMicrotask(() =>
      currentTarget.querySelector<HTMLElement>(`[data-tab="${names[next]}"]`)?.focus()
    );
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={`${id}-tab-${name}`}
          data-tab={name}
          data-testid={`${id}-tab-${name}`}
          aria-selected={chosen.value === name}
          tabIndex={chosen.value === name ? 0 : -1}
          onClick={() => chosen.value = name}
        >
          {t(tabs[name])}
        </button>
      ))}
    </div>
  );
}

function nextTab(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % count;
    case "ArrowLeft":
      return (at + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
