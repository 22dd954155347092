import type { CliIo } from "../../src/cli/index.ts";

/** A `CliIo` without process, network and clock, and what was written to it. */
export interface FakeCliIo extends CliIo {
  readonly written: { stdout: string; stderr: string };
}

/** An io in `/work-place` at 2025-01-02T03:04:05Z; it has no network unless the test gives one. */
export function fakeCliIo(given: Partial<CliIo> = {}): FakeCliIo {
  const written = { stdout: "", stderr: "" };
  return {
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    env: {},
    workingDirectory: "/work-place",
    now: () => new Date("2025-01-02T03:04:05Z"),
    fetch: async () => {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
      });
    },
    ...given,
    written,
  };
}

/** A `fetch` that answers the URLs of the table with JSON, and any other with 404. */
export function fakeFetch(bodies: Readonly<Record<string, unknown>>): typeof fetch {
  return async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    return Object.hasOwn(bodies, url)
      ? Response.json(bodies[url])
      : Response.json({ message: "not found" }, { status: 404 });
  };
}
