// What the edge worker says about itself: a page of text, and an OpenAPI document.

import { VIPD_VERSION } from "../../host/base/version.ts";
import { EDGE_LIMITS, type Limit } from "./limits.ts";
import { PROBLEM_TYPE } from "./problem.ts";
import { MADE_SCENARIOS } from "./request.ts";

const LIMITS: readonly Limit[] = Object.values(EDGE_LIMITS);

/** The text of GET /. */
export function helpText(origin: string): string {
  const limits = LIMITS.map(({ name, value, meaning }) =>
    `  ${name.padEnd(21)} ${value.toLocaleString("en").padStart(9)}  ${meaning}`
  );
  return [
    `vipd ${VIPD_VERSION}: VRRP and LVS from keepalived.conf, checked and simulated. Nothing is kept or logged.`,
    "",
    "POST /check      configurations -> diagnostics with places and fixes",
    "POST /simulate   configurations, scenario, seed -> what happens, second by second",
    "GET  /openapi.json",
    "",
    `  curl -F files=@node1.conf -F files=@node2.conf ${origin}/check`,
    `  curl -F files=@node1.conf -F files=@node2.conf -F seed=1 ${origin}/simulate`,
    `  curl --json '{"files":[{"name":"a.conf","text":"..."}],"scenario":"chaos","seed":7}' ${origin}/simulate`,
    "",
    "files     keepalived.conf of each node, in their order",
    "included  files that those include; vipd.conf; configurations of a scenario's reloads",
    `scenario  ${MADE_SCENARIOS.join(", ")}, or a scenario as docs/scenarios.md describes it`,
    "seed      a whole number; the same three give the same digest here and with `vipd simulate`",
    "",
    `What goes wrong is answered as ${PROBLEM_TYPE} with a hint. Limits:`,
    ...limits,
    "",
  ].join("\n");
}

/** The OpenAPI 3.1 document of GET /openapi.json. */
export function openApi(origin: string): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: {
      title: "vipd at the edge",
      version: VIPD_VERSION,
      description: "Checks and simulates keepalived.conf. Nothing is kept or logged.",
      "x-limits": LIMITS,
    },
    servers: [{ url: origin }],
    paths: {
      "/check": { post: operation("Checks configurations", "Cluster", "Checked") },
      "/simulate": { post: operation("Simulates a cluster", "Play", "Played") },
    },
    components: { schemas: SCHEMAS },
  };
}

function operation(summary: string, asked: string, answered: string) {
  const schema = { $ref: `#/components/schemas/${asked}` };
  const problem = (description: string) => ({
    description,
    content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  return {
    summary,
    requestBody: {
      required: true,
      content: {
        "application/json": { schema },
        "multipart/form-data": {
          schema,
          encoding: {
            files: { contentType: "text/plain" },
            included: { contentType: "text/plain" },
          },
        },
      },
    },
    responses: {
      200: {
        description: "the answer",
        content: { "application/json": { schema: { $ref: `#/components/schemas/${answered}` } } },
      },
      400: problem("the body is not what is asked for"),
      413: problem("a limit of what may be sent"),
      415: problem("the body is of another type"),
      422: problem("errors in a configuration or a scenario, or a limit of what may be played"),
      503: problem("it took too long"),
    },
  };
}

const TEXT = { type: "string" };
const WHOLE = { type: "integer", minimum: 0 };

const FILE = {
  type: "object",
  required: ["name", "text"],
  additionalProperties: false,
  properties: { name: TEXT, text: TEXT },
};

const CLUSTER_PROPERTIES = {
  files: {
    type: "array",
    minItems: 1,
    maxItems: EDGE_LIMITS.nodes.value,
    description: "keepalived.conf of each node; `node` is what the node is called",
    items: { ...FILE, properties: { ...FILE.properties, node: TEXT } },
  },
  included: { type: "array", description: "what those include", items: FILE },
};

const PLACE = {
  file: TEXT,
  line: WHOLE,
  column: WHOLE,
  endLine: WHOLE,
  endColumn: WHOLE,
};

const SCHEMAS = {
  Cluster: {
    type: "object",
    required: ["files"],
    additionalProperties: false,
    properties: CLUSTER_PROPERTIES,
  },
  Play: {
    type: "object",
    required: ["files"],
    additionalProperties: false,
    properties: {
      ...CLUSTER_PROPERTIES,
      scenario: {
        description: "a made scenario by name, or one as object or as the text of its file",
        default: "tour",
        anyOf: [{ enum: MADE_SCENARIOS }, TEXT, { type: "object" }],
      },
      seed: { type: "integer", minimum: 0, maximum: 0xffff_ffff, default: 1 },
    },
  },
  Diagnostic: {
    type: "object",
    properties: {
      ...PLACE,
      severity: { enum: ["error", "warning", "info"] },
      code: TEXT,
      message: TEXT,
      hint: TEXT,
      fix: {
        type: "object",
        properties: { span: { type: "object", properties: PLACE }, replacement: TEXT },
      },
    },
  },
  Checked: {
    type: "object",
    properties: {
      errors: WHOLE,
      warnings: WHOLE,
      diagnostics: { type: "array", items: { $ref: "#/components/schemas/Diagnostic" } },
    },
  },
  Played: {
    type: "object",
    description: "what `vipd simulate --json` prints; times are microseconds of the scenario",
    properties: {
      nodes: { type: "array", items: { type: "object" } },
      scenario: { type: "object" },
      seed: WHOLE,
      again: { ...TEXT, description: "the command that plays the same" },
      endUs: WHOLE,
      events: WHOLE,
      digest: { ...TEXT, description: "the same for the same play" },
      invariants: { ...WHOLE, description: "how many were watched" },
      violations: { type: "array", items: { type: "object" } },
      account: { type: "object" },
      timeline: { type: "object" },
      elapsedMs: { type: "number" },
    },
  },
  Problem: {
    type: "object",
    description: "RFC 9457",
    required: ["type", "title", "status"],
    properties: {
      type: TEXT,
      title: TEXT,
      status: WHOLE,
      detail: TEXT,
      hint: { ...TEXT, description: "what to do" },
      limit: { type: "object", properties: { name: TEXT, value: WHOLE, meaning: TEXT } },
      diagnostics: { type: "array", items: { $ref: "#/components/schemas/Diagnostic" } },
      problems: { type: "array", items: { type: "object" } },
    },
  },
};
