import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import { type DecisionRecord, explainRecord } from "../audit/index.ts";
import { explainCommand, runCli, writeReadyFile } from "./index.ts";

const BASE = "http://127.0.0.1:9432/_emulator/connections";
const SESSION_ID = "abcdefghijklmnopqrstuvwx23";
const RECORD: DecisionRecord = {
  sessionId: SESSION_ID,
  receivedAt: "2030-06-07T08:09:10.000Z",
  decidedAt: "2030-06-07T08:09:10.001Z",
  mode: "strict",
  outcome: "admitted",
  requestedUser: "admin",
  requestedDatabase: "postgres",
  clientAddress: "127.0.0.1",
  serverName: null,
  clusterArn: null,
  principal: null,
  refusal: null,
  needed: null,
  connection: {
    state: "admitted",
    openedAt: null,
    closedAt: null,
    closeReason: null,
    processId: null,
    applicationName: null,
  },
  isShortened: false,
  trace: [{ step: "cluster", outcome: "passed", saw: { serverName: "x" }, refusal: null }],
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "explain-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(
  args: readonly string[],
  fetch: typeof globalThis.fetch = fakeFetch({ [`${BASE}/${SESSION_ID}`]: RECORD }),
): Promise<[number, string, string]> {
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli([explainCommand], ["explain", ...args], io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

const failure = (exitCode: number, message: string): [number, string, string] => [
  exitCode,
  "",
  `dsql-emulator explain: ${message}\n`,
];

describe("dsql-emulator explain", () => {
  test("explains the record of a session id, in any letter case", async () => {
    expect(await run([SESSION_ID])).toEqual([0, explainRecord(RECORD), ""]);
    expect(await run([SESSION_ID.toUpperCase()])).toEqual([0, explainRecord(RECORD), ""]);
  });

  test("--json prints the record itself", async () => {
    const [exitCode, stdout] = await run([SESSION_ID, "--json"]);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, RECORD]);
  });

  test("--last takes the newest connection", async () => {
    const fetch = fakeFetch({
      [`${BASE}?limit=1`]: { connections: [{ sessionId: SESSION_ID }] },
      [`${BASE}/${SESSION_ID}`]: RECORD,
    });
    expect(await run(["--last"], fetch)).toEqual([0, explainRecord(RECORD), ""]);
  });

  test("--last before any connection is a failure", async () => {
    expect(await run(["--last"], fakeFetch({ [`${BASE}?limit=1`]: { connections: [] } }))).toEqual(
      failure(1, "the emulator has recorded no connection yet; connect first"),
    );
  });

  test("an unknown id is a failure", async () => {
    const id = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    expect(await run([id])).toEqual(
      failure(
        1,
        `the emulator has no record of connection ${id}; it may be of another emulator or too old, see --last`,
      ),
    );
  });

  test.each(["short", `${SESSION_ID}x`, "../../../../../../../../ab"])(
    "the malformed id %j is a usage error",
    async (id) => {
      expect(await run([id])).toEqual(
        failure(
          2,
          `\`${id}\` is not a session id; give the 26 letters and digits behind \`Session Id:\``,
        ),
      );
    },
  );

  test("one connection must be asked for", async () => {
    expect(await run([])).toEqual(failure(2, "no connection is named; give SESSION_ID or --last"));
    expect(await run([SESSION_ID, "--last"])).toEqual(
      failure(2, "--last and SESSION_ID exclude each other; give one of them"),
    );
    expect(await run([SESSION_ID, "more"])).toEqual(
      failure(2, "unexpected argument `more`; leave it out, or see --help"),
    );
  });

  test("an emulator that does not answer is a failure", async () => {
    expect(await run([SESSION_ID], fakeCliIo().fetch)).toEqual(
      failure(
        1,
        `the emulator cannot be asked (ECONNREFUSED at ${BASE}/${SESSION_ID}); see whether it still runs`,
      ),
    );
  });

  test.each([
    [[SESSION_ID], { [`${BASE}/${SESSION_ID}`]: { ...RECORD, trace: null } }],
    [[SESSION_ID], { [`${BASE}/${SESSION_ID}`]: { ...RECORD, sessionId: "other" } }],
    [["--last"], {}],
    [["--last"], { [`${BASE}?limit=1`]: [] }],
    [["--last"], { [`${BASE}?limit=1`]: { connections: [{}] } }],
  ])("an answer of another form is a failure (%#)", async (args, bodies) => {
    expect(await run(args, fakeFetch(bodies))).toEqual(
      failure(
        1,
        "the emulator's answer has not the expected form; use the command of the emulator's version",
      ),
    );
  });
});
