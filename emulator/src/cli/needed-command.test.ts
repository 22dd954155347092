import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import { explainNeededSummary, type NeededSummary } from "../audit/index.ts";
import { neededCommand, runCli, writeReadyFile } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/needed";
const ARN = "arn:aws:iam::123456789012:user/alice";
const SUMMARY: NeededSummary = {
  principals: [
    {
      principal: { kind: "user", name: "alice", arn: ARN },
      connections: 1,
      firstSeenAt: "2030-06-07T08:09:10.000Z",
      lastSeenAt: "2030-06-07T08:09:10.000Z",
      policy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" }],
      },
      widenings: [],
      denies: [],
      grants: [],
    },
  ],
  uncured: [],
  dropped: 0,
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "needed-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(
  args: readonly string[],
  fetch: typeof globalThis.fetch = fakeFetch({ [URL]: SUMMARY }),
): Promise<[number, string, string]> {
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli([neededCommand], ["needed", ...args], io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

describe("dsql-emulator needed", () => {
  test("prints the policies and grants as a text", async () => {
    expect(await run([])).toEqual([0, explainNeededSummary(SUMMARY), ""]);
  });

  test("--json prints the answer of the API", async () => {
    const [exitCode, stdout] = await run(["--json"]);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, SUMMARY]);
  });

  test("--principal asks for one user or role", async () => {
    const asked = `${URL}?principal=${encodeURIComponent(ARN)}`;
    const fetch = fakeFetch({ [asked]: { ...SUMMARY, principals: [] } });
    expect((await run(["--principal", ARN], fetch))[1]).toMatch(/^no connection has been refused/);
  });

  test("takes no other argument", async () => {
    expect(await run(["alice"])).toEqual([
      2,
      "",
      "dsql-emulator needed: unexpected argument `alice`; leave it out, or see --help\n",
    ]);
  });

  test("an emulator that does not answer is a failure", async () => {
    expect(await run([], fakeCliIo().fetch)).toEqual([
      1,
      "",
      `dsql-emulator needed: the emulator cannot be asked (ECONNREFUSED at ${URL}); see whether it still runs\n`,
    ]);
  });

  test.each([
    [{}],
    [{ [URL]: [] }],
    [{ [URL]: { ...SUMMARY, principals: [{}] } }],
    [{ [URL]: { ...SUMMARY, dropped: "1" } }],
  ])("an answer of another form is a failure (%#)", async (bodies) => {
    expect(await run([], fakeFetch(bodies))).toEqual([
      1,
      "",
      "dsql-emulator needed: the emulator's answer has not the expected form; use the command of the emulator's version\n",
    ]);
  });
});
