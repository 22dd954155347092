import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import { clockCommand, runCli, writeReadyFile } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/clock";
const SHOWN = { now: "2026-01-02T04:05:05.000Z", frozen: false, offsetMs: 3_660_000 };
const LINE = "2026-01-02T04:05:05.000Z running, 1 h 1 min ahead of the system's time\n";

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly Request[];
}

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "clock-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(
  args: readonly string[],
  answer: () => Response | Promise<Response> = () => Response.json(SHOWN),
): Promise<Outcome> {
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    requests.push({
      method: init?.method ?? "GET",
      url: input instanceof Request ? input.url : String(input),
      body,
    });
    return answer();
  };
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli([clockCommand], ["clock", ...args], io);
  return { exitCode, ...io.written, requests };
}

const failure = (exitCode: number, message: string): Omit<Outcome, "requests"> => ({
  exitCode,
  stdout: "",
  stderr: `dsql-emulator clock: ${message}\n`,
});

describe("dsql-emulator clock", () => {
  test.each([[[]], [["show"]]])("%j shows the clock", async (args) => {
    expect(await run(args)).toEqual({
      exitCode: 0,
      stdout: LINE,
      stderr: "",
      requests: [{ method: "GET", url: URL, body: undefined }],
    });
  });

  test.each<readonly [args: string[], body: object]>([
    [["advance", "PT61M"], { advance: "PT61M" }],
    [["advance", "-PT5M", "--force"], { advance: "-PT5M", force: true }],
    [["--force", "advance", "--", "-PT5M"], { advance: "-PT5M", force: true }],
    [["set", "2026-01-02T03:04:05Z"], { set: "2026-01-02T03:04:05Z" }],
    [["offset", "P1D"], { offset: "P1D" }],
    [["freeze"], { freeze: true }],
    [["resume"], { resume: true }],
  ])("%j changes it and shows what it has become", async (args, body) => {
    expect(await run(args)).toEqual({
      exitCode: 0,
      stdout: LINE,
      stderr: "",
      requests: [{ method: "POST", url: URL, body }],
    });
  });

  test("--json prints what the API says", async () => {
    const { stdout } = await run(["freeze", "--json"]);
    expect(JSON.parse(stdout)).toEqual(SHOWN);
  });

  test.each([
    [{ frozen: true, offsetMs: -90_061_000 }, "frozen, 1 d 1 h 1 min 1 s behind the system's time"],
    [{ frozen: true, offsetMs: 400 }, "frozen, at the system's time"],
    [{ frozen: false, offsetMs: 0 }, "running, at the system's time"],
  ])("tells in words of %j", async (state, words) => {
    const { stdout } = await run([], () => Response.json({ ...SHOWN, ...state }));
    expect(stdout).toBe(`2026-01-02T04:05:05.000Z ${words}\n`);
  });

  test("says in the emulator's words, with its own option, why the clock was not changed", async () => {
    const message = 'sessions are open: end them, or force it with `"force": true`';
    const refuse = (): Response =>
      Response.json({ error: { code: "conflict", message } }, { status: 409 });
    expect(await run(["advance", "-PT1S"], refuse)).toMatchObject(
      failure(1, "sessions are open: end them, or force it with --force"),
    );
  });

  test.each([
    [["advance"], "no DURATION is given; write advance DURATION"],
    [["set"], "no MOMENT is given; write set MOMENT"],
    [
      ["advance", "61m"],
      "`61m` is no duration; give one of ISO 8601 without years and months, like PT61M",
    ],
    [
      ["set", "tomorrow"],
      "`tomorrow` is no moment; give one of ISO 8601 with its time zone, like 2026-01-02T03:04:05Z",
    ],
    [["freeze", "PT1S"], "unexpected argument `PT1S`; freeze takes none"],
    [["freeze", "--force"], "--force is not for freeze; leave it out"],
    [["advanse", "PT1S"], "`advanse` is not an action; did you mean `advance`?"],
    [["odd"], "`odd` is not an action; give one of show, advance, set, offset, freeze, resume"],
  ])("%j is a usage error", async (args, message) => {
    expect(await run(args)).toEqual({ ...failure(2, message), requests: [] });
  });

  test.each<readonly [what: string, answer: () => Response | Promise<Response>, message: string]>([
    [
      "that is gone",
      () =>
        Promise.reject(
          new TypeError("fetch failed", {
            cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
          }),
        ),
      `the emulator cannot be asked (ECONNREFUSED at ${URL}); see whether it still runs`,
    ],
    [
      "that is broken",
      () => Response.json({ error: { message: "x" } }, { status: 500 }),
      `the emulator cannot be asked (status 500 of ${URL}); see whether it still runs`,
    ],
    [
      "that answers something else",
      () => Response.json({ now: 1 }),
      "the emulator's answer has not the expected form; use the command of the emulator's version",
    ],
  ])("an emulator %s is a failure", async (_what, answer, message) => {
    expect(await run(["freeze"], answer)).toMatchObject(failure(1, message));
    expect(await run(["show"], answer)).toMatchObject(failure(1, message));
  });

  test("needs a running emulator", async () => {
    await rm(join(directory, ".dsql-emulator"), { recursive: true });
    const { exitCode, stderr } = await run(["freeze"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^dsql-emulator clock: no running emulator: /);
  });
});
