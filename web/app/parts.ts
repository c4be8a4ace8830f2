// The parts of the page. What the first view does not show is fetched when it is needed.

import { lazyPart } from "./lazy.tsx";

export { DetailsPanel } from "../lanes/details_panel.tsx";
export { LanesView } from "../lanes/lanes_view.tsx";
export { Scrubber } from "../lanes/scrubber.tsx";
export { StoryList } from "../lanes/story_list.tsx";
export { Transport } from "../lanes/transport.tsx";
export { FaultPanel } from "../topology/fault_panel.tsx";
export { TopologyView } from "../topology/topology_view.tsx";

export const EditorPane = lazyPart(() =>
  import("../editor/editor_pane.tsx").then((module) => module.EditorPane)
);
export const BalanceView = lazyPart(() =>
  import("../balance/balance_view.tsx").then((module) => module.BalanceView)
);
export const FilePane = lazyPart(() =>
  import("../source/replay/file_pane.tsx").then((module) => module.FilePane)
);
export { LivePart as LivePane } from "../source/live/live_menu.tsx";
export const InspectorView = lazyPart(() =>
  import("../inspector/inspector_view.tsx").then((module) => module.InspectorView)
);
