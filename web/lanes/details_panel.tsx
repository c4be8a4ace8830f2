// What the picked thing is: of an event its sentence, its arithmetic and what followed, of anything else how it
// stands at the playhead.

import type { JSX } from "preact";
import { recording, revision, selection } from "../app/state.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import "./details.css";
import { EventDetails } from "./event_details.tsx";
import { ClientDetails, ServerDetails, ServiceDetails } from "./service_details.tsx";
import { InstanceDetails, LinkDetails, NodeDetails } from "./node_details.tsx";

/** The panel. */
export function DetailsPanel(): JSX.Element {
  revision.value;
  const picked = selection.value;
  if (picked === null) return <p class="soft">{t(LANES_TEXT.nothing)}</p>;
  switch (picked.kind) {
    case "event":
    case "packet": {
      const event = recording.value.events[picked.event];
      if (event === undefined) return <p class="soft">{t(LANES_TEXT.nothing)}</p>;
      return <EventDetails event={event} place={picked.event} />;
    }
    case "node":
      return <NodeDetails node={picked.node} />;
    case "link":
      return <LinkDetails node={picked.node} name={picked.interface} />;
    case "instance":
      return <InstanceDetails node={picked.node} name={picked.instance} />;
    case "client":
      return <ClientDetails segment={picked.segment} />;
    case "server":
      return <ServerDetails address={picked.address} port={picked.port} />;
    case "service":
      return <ServiceDetails name={picked.service} />;
  }
}
