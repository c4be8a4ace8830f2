// Answers as bytes: the status line, the headers that every answer has, the body. The page runs no
// script but its own, is shown in no other page's frame, and tells no other site where it came from.

/** Reason phrases of RFC 9110 15. */
const REASONS: Record<number, string> = {
  101: "Switching Protocols",
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/**
 * Content Security Policy (CSP Level 3). WebAssembly needs a word of its own; the editor writes its
 * styles into the page; directors stand at any address, so the stream may go anywhere.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of every answer. */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["Content-Security-Policy", CONTENT_SECURITY_POLICY],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
];

/** An answer. */
export interface Answered {
  status: number;
  headers?: readonly (readonly [string, string])[];
  body?: Uint8Array;
}

/** What goes out before the body: of HEAD all of it, with the length that GET would have. */
export function encodeAnswerHead(
  { status, headers = [], body }: Answered,
): Uint8Array<ArrayBuffer> {
  // A 304 has no content, and its length would be that of another answer (RFC 9110 8.6).
  const length: [string, string][] = status === 304
    ? []
    : [["Content-Length", String(body?.length ?? 0)]];
  const own: [string, string][] = [
    ["Date", new Date().toUTCString()],
    ["Connection", "close"],
    ...length,
  ];
  return encodeHead(status, [...own, ...SECURITY_HEADERS, ...headers]);
}

/** Status line and headers with their empty line. */
export function encodeHead(
  status: number,
  headers: readonly (readonly [string, string])[],
): Uint8Array<ArrayBuffer> {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n");
}

/** A line of text as an answer. */
export function textAnswer(
  status: number,
  text: string,
  headers: readonly (readonly [string, string])[] = [],
): Answered {
  const type = ["Content-Type", "text/plain; charset=utf-8"] as const;
  return {
    status,
    headers: [type, ["Cache-Control", "no-store"], ...headers],
    body: new TextEncoder().encode(`${text}\n`),
  };
}

/** A value as an answer. */
export function jsonAnswer(value: unknown): Answered {
  return {
    status: 200,
    headers: [["Content-Type", "application/json"], ["Cache-Control", "no-store"]],
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}
