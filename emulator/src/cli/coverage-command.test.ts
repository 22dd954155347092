import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import { type CoverageReport, renderCoverage, renderCoverageHtml } from "../coverage/index.ts";
import { coverageCommand, runCli, writeReadyFile } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/coverage";
const REPORT: CoverageReport = {
  version: 1,
  since: "2026-01-15T12:00:00.000Z",
  decisions: 7,
  statements: [],
  mappings: [],
  summary: {
    statements: { covered: 3, total: 4 },
    conditions: { covered: 0, total: 0 },
    mappings: { covered: 0, total: 0 },
    percent: 75,
  },
  problems: [],
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "coverage-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(
  args: readonly string[],
  fetch: typeof globalThis.fetch = fakeFetch({ [URL]: REPORT }),
): Promise<[number, string, string]> {
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli([coverageCommand], ["coverage", ...args], io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

describe("dsql-emulator coverage", () => {
  test("prints the report as text, JSON or HTML", async () => {
    expect(await run([])).toEqual([0, renderCoverage(REPORT), ""]);
    expect(JSON.parse((await run(["--json"]))[1])).toEqual(REPORT);
    expect(await run(["--html"])).toEqual([0, renderCoverageHtml(REPORT), ""]);
  });

  test("--output writes it into a file", async () => {
    expect(await run(["--html", "--output", "c.html"])).toEqual([
      0,
      "75 % covered, see c.html\n",
      "",
    ]);
    expect(await readFile(join(directory, "c.html"), "utf8")).toBe(renderCoverageHtml(REPORT));
    expect(await run(["--output", "none/c.txt"])).toEqual([
      1,
      "",
      "dsql-emulator coverage: none/c.txt cannot be written (ENOENT); choose another file\n",
    ]);
  });

  test("--fail-under is an exit code, behind the report", async () => {
    expect((await run(["--fail-under", "75"]))[0]).toBe(0);
    expect((await run(["--fail-under", "0"]))[0]).toBe(0);
    expect(await run(["--fail-under", "76"])).toEqual([
      1,
      renderCoverage(REPORT),
      "dsql-emulator coverage: 75 % are covered, less than 76 %; exercise what never decided, or take it out\n",
    ]);
  });

  test.each([
    ["--fail-under 101", "--fail-under is `101`; give a whole number from 0 to 100"],
    ["--fail-under 7.5", "--fail-under is `7.5`; give a whole number from 0 to 100"],
    ["--fail-under=-1", "--fail-under is `-1`; give a whole number from 0 to 100"],
    ["--json --html", "--json and --html exclude each other; give one of them"],
    ["all", "unexpected argument `all`; leave it out, or see --help"],
  ])("does not understand %s", async (args, message) => {
    expect(await run(args.split(" "))).toEqual([2, "", `dsql-emulator coverage: ${message}\n`]);
  });

  test("--reset begins anew, and says so if it could not", async () => {
    const asked: string[] = [];
    const fetch =
      (status: number): typeof globalThis.fetch =>
      async (input, init) => {
        asked.push(`${init?.method} ${input instanceof Request ? input.url : String(input)}`);
        return new Response(null, { status });
      };
    expect(await run(["--reset"], fetch(204))).toEqual([0, "counting begins anew\n", ""]);
    expect(asked).toEqual([`DELETE ${URL}`]);
    expect(await run(["--reset"], fetch(500))).toEqual([
      1,
      "",
      `dsql-emulator coverage: the counts cannot be reset (status 500 of ${URL}); see whether the emulator still runs\n`,
    ]);
  });

  test("an emulator that does not answer, or with something else, is a failure", async () => {
    expect((await run([], fakeCliIo().fetch))[2]).toBe(
      `dsql-emulator coverage: the emulator cannot be asked (ECONNREFUSED at ${URL}); see whether it still runs\n`,
    );
    expect(await run([], fakeFetch({ [URL]: { ...REPORT, version: 2 } }))).toEqual([
      1,
      "",
      "dsql-emulator coverage: the emulator's answer has not the expected form; use the command of the emulator's version\n",
    ]);
  });
});
