import { describe, expect, it } from "vitest";
import { PLAIN } from "./paint.ts";
import { requestsTable } from "./requests_text.ts";
import { ASCII_GLYPHS } from "./screen.ts";

const SCREEN = { width: 100, paint: PLAIN, glyphs: ASCII_GLYPHS };

describe("requestsTable()", () => {
  it("has a row for each service that was asked", () => {
    const text = requestsTable([
      {
        service: "[192.0.2.1]:tcp:80",
        requests: 10,
        outcomes: { served: 7, sorry: 0, refused: 0, silent: 1, lost: 2 },
        servers: { "10.0.0.2:80": 5, "10.0.0.1:80": 2 },
      },
      {
        service: "[192.0.2.2]:tcp:80",
        requests: 0,
        outcomes: { served: 0, sorry: 0, refused: 0, silent: 0, lost: 0 },
        servers: {},
      },
    ], SCREEN);
    const [head, row, ...rest] = text.split("\n");
    expect(head).toMatch(/^SERVICE +REQUESTS +SERVED +SORRY +REFUSED +SILENT +LOST +BY SERVER$/);
    expect(row).toMatch(
      /^\[192\.0\.2\.1\]:tcp:80 +10 +7 +- +- +1 +2 +10\.0\.0\.1:80 2, 10\.0\.0\.2:80 5$/,
    );
    expect(rest).toEqual([]);
  });

  it("is nothing without requests", () => expect(requestsTable([], SCREEN)).toBe(""));
});
