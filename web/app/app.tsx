// The frame of the page: header, configuration, the view in the middle, panels at its side, time below.

import type { JSX } from "preact";
import { signal } from "@preact/signals";
import { SHELL_TEXT } from "../text/shell.ts";
import { t, type Text } from "../text/text.ts";
import "./app.css";
import { AlarmBanner } from "./alarm_banner.tsx";
import { EditedBar } from "./edited_bar.tsx";
import { Header } from "./header.tsx";
import { KeyHelp } from "./key_help.tsx";
import { NewBuildBar } from "../offline/new_build_bar.tsx";
import { type Pane, pane, type Side, side } from "./panes.ts";
import * as parts from "./parts.ts";
import { announcement, recording, revision, selection, view, type ViewName } from "./state.ts";
import { Tabs } from "./tabs.tsx";

/** The configuration is shown beside the cluster. */
export const showsConfiguration = signal(true);

const SIDES: Record<Side, Text> = {
  details: SHELL_TEXT.details,
  faults: SHELL_TEXT.faults,
  story: SHELL_TEXT.story,
};
const PANES: Record<Pane, Text> = {
  configuration: SHELL_TEXT.configuration,
  main: SHELL_TEXT.cluster,
  side: SHELL_TEXT.panels,
};

/** Who picks something wants to see what it is. */
let pickedBefore = selection.peek();
selection.subscribe((picked) => {
  if (picked !== null && picked !== pickedBefore) {
    const isThing = picked.kind !== "event" && picked.kind !== "packet";
    if (side.peek() === "story" && isThing) side.value = "details";
  }
  pickedBefore = picked;
});

/** The page. */
export function App(): JSX.Element {
  return (
    <div class="page" data-pane={pane.value} data-conf={showsConfiguration.value ? "on" : "off"}>
      <a class="skip" href="#stage">{t(SHELL_TEXT.skip)}</a>
      <Header />
      <AlarmBanner />
      <NewBuildBar />
      <Problem />
      <div class="narrow-tabs">
        <Tabs label={t(SHELL_TEXT.panels)} tabs={PANES} chosen={pane} id="pane" />
      </div>
      <main class="stage" id="stage" tabIndex={-1}>
        <section class="conf card" aria-label={t(SHELL_TEXT.configuration)}>
          {isLive() ? <parts.LivePane /> : isFile() ? <parts.FilePane /> : (
            <>
              <EditedBar />
              <parts.EditorPane />
            </>
          )}
        </section>
        <section class="middle" data-view={view.value} data-testid={`view-${view.value}`}>
          <Middle view={view.value} />
        </section>
        <aside class="side card" aria-label={t(SHELL_TEXT.panels)}>
          <Tabs label={t(SHELL_TEXT.panels)} tabs={SIDES} chosen={side} id="side" />
          <div
            class="side-body"
            id={`side-${side.value}`}
            role="tabpanel"
            aria-labelledby={`side-tab-${side.value}`}
            tabIndex={0}
          >
            {side.value === "details" && <parts.DetailsPanel />}
            {side.value === "faults" && <parts.FaultPanel />}
            {side.value === "story" && <parts.StoryList />}
          </div>
        </aside>
      </main>
      <footer class="time" aria-label={t(SHELL_TEXT.time)}>
        <parts.Transport />
        <parts.Scrubber />
      </footer>
      <KeyHelp />
      <div class="hidden-text" role="status" data-testid="announcement">{announcement.value}</div>
    </div>
  );
}

/** What is shown comes from a file: the editor's configuration says nothing of it. */
function isFile(): boolean {
  const { source } = recording.value;
  return source === "dump" || source === "capture";
}

/** The same of running directors, whose configuration nobody tells. */
function isLive(): boolean {
  return recording.value.source === "live";
}

function Middle({ view }: { view: ViewName }): JSX.Element {
  if (view === "balance") return <parts.BalanceView />;
  if (view === "inspector") return <parts.InspectorView />;
  return (
    <>
      <section class="topology card" aria-label={t(SHELL_TEXT.topology)}>
        <parts.TopologyView />
      </section>
      <section class="lanes card" aria-label={t(SHELL_TEXT.time)}>
        <parts.LanesView />
      </section>
    </>
  );
}

function Problem(): JSX.Element | null {
  revision.value;
  const { problem, events } = recording.value;
  if (problem === "") return null;
  const text = events.length === 0 ? SHELL_TEXT.problem : SHELL_TEXT.endsEarly;
  return <p class="banner bad" role="alert">{t(text, { problem })}</p>;
}
