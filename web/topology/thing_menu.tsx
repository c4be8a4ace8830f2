// What can be done to a thing, beside it: opened by a click on it or by Enter in the list. Everything else
// is in the panel (fault_panel.tsx).

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { showSide } from "../app/panes.ts";
import { recording, scene, type Selection } from "../app/state.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { actionsFor, type Offer } from "./actions_for.ts";
import { doByHand } from "./do_offer.ts";
import type { Box } from "./grid.ts";
import { pickKey } from "./picks.ts";
import { pickText } from "./words.ts";

interface Menu {
  pick: Selection;
  box: Box;
  /** Where the focus was; null: the pointer opened it. */
  opener: HTMLElement | null;
}

const menu = signal<Menu | null>(null);
/** Groups of a menu: more are in the panel. */
const GROUPS_MAX = 3;
const OFFERS_MAX = 10;
/** Between a thing and its menu, pixels. */
const GAP = 8;

/** Opens the menu of a thing that stands at a box; of packets, and where nothing can be done, none. */
export function openMenu(pick: Selection, box: Box | null, opener: HTMLElement | null): void {
  const isOpen = menu.peek() !== null && pickKey(menu.peek()!.pick) === pickKey(pick);
  if (box === null || recording.peek().source !== "simulation" || (isOpen && opener === null)) {
    menu.value = null;
    return;
  }
  menu.value = { pick, box, opener };
}

/** Closes it. */
export function closeMenu(): void {
  menu.value = null;
}

/** Closes it, and the focus is where it was. */
function leave(): void {
  const opener = menu.peek()?.opener;
  menu.value = null;
  opener?.focus();
}

/** The menu, where one is open. */
export function ThingMenu(): JSX.Element | null {
  const open = menu.value;
  if (open === null) return null;
  return <OpenMenu key={pickKey(open.pick)} {...open} />;
}

function OpenMenu({ pick, box, opener }: Menu): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place(element.current!, box);
    if (opener !== null) itemsOf(element.current!)[0]?.focus();
  }, [box]);
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const { target } = event;
      const isCanvas = target instanceof HTMLCanvasElement;
      if (target instanceof Node && !isCanvas && !element.current?.contains(target)) closeMenu();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape") leave();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", escape);
    };
  }, []);
  const groups = actionsFor(scene.value, recording.value.cast, pick).slice(0, GROUPS_MAX);
  const name = pickText(pick);
  return (
    <div
      ref={element}
      class="thing-menu card"
      role="menu"
      aria-label={t(TOPOLOGY_TEXT.menuOf, { thing: name })}
      data-testid="thing-menu"
      data-own-keys
      onKeyDown={(event) => moveFocus(event, element.current!)}
    >
      <p class="thing-name" aria-hidden="true">{name}</p>
      {groups.flatMap(({ offers }) => offers).slice(0, OFFERS_MAX).map((offer) => (
        <Item key={offer.id} offer={offer} />
      ))}
      <button
        type="button"
        role="menuitem"
        tabIndex={-1}
        class="more"
        data-testid="all-faults"
        onClick={() => {
          closeMenu();
          showSide("faults");
        }}
      >
        {t(TOPOLOGY_TEXT.allFaults)}
      </button>
    </div>
  );
}

function Item({ offer }: { offer: Offer }): JSX.Element {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-disabled={!offer.isEnabled}
      class={offer.isEnabled ? "" : "is-disabled"}
      data-testid={`menu-${offer.action.do}`}
      onClick={() => {
        if (!offer.isEnabled) return;
        leave();
        doByHand(offer.action);
      }}
    >
      {t(offer.text, offer.values)}
    </button>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

/** Arrows, Home and End go through the items; Tab leaves the menu. */
function moveFocus(event: KeyboardEvent, menu: HTMLElement): void {
  const items = itemsOf(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const next = {
    ArrowDown: (at + 1) % items.length,
    ArrowRight: (at + 1) % items.length,
    ArrowUp: (at + items.length - 1) % items.length,
    ArrowLeft: (at + items.length - 1) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (event.key === "Tab") return leave();
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[next]?.focus();
}

/** Puts it under a thing, above it, beside it or over it: where all of it can be seen. */
function place(element: HTMLElement, box: Box): void {
  const view = element.parentElement!;
  const [width, height] = [view.clientWidth, view.clientHeight];
  element.style.maxHeight = `${height - 2 * GAP}px`;
  const [ownWidth, own] = [element.offsetWidth, element.offsetHeight];
  const hold = (at: number, room: number) => Math.max(GAP, Math.min(at, room - GAP));
  let [left, top] = [box.x, box.y + box.height + GAP];
  const isBelow = height - top - GAP >= own;
  const isAbove = box.y - 2 * GAP >= own;
  if (!isBelow && isAbove) top = box.y - GAP - own;
  else if (!isBelow) {
    const right = box.x + box.width + GAP;
    left = width - right - GAP >= ownWidth ? right : box.x - GAP - ownWidth;
    top = box.y;
  }
  element.style.left = `${hold(left, width - ownWidth)}px`;
  element.style.top = `${hold(top, height - own)}px`;
}
