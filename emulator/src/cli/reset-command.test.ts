import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandPlace,
  commandPlace,
  type CommandRun,
} from "../../test/support/command-runner.ts";
import { resetCommand } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/reset";
const ANSWER = { to: "configuration", tookMs: 12.3 };

let place: CommandPlace;

beforeAll(async () => {
  place = await commandPlace();
});
afterAll(() => {
  place.remove();
});

function run(
  args: readonly string[],
  answer: () => Response | Promise<Response> = () => Response.json(ANSWER),
): Promise<CommandRun> {
  return place.run(resetCommand, args, answer);
}

describe("dsql-emulator reset", () => {
  test.each([
    [[], { to: "configuration", clock: false, records: false }, "configuration"],
    [["--to", "empty", "--clock"], { to: "empty", clock: true, records: false }, "empty"],
    [
      ["--to=snapshot:a.b", "--records"],
      { to: { snapshot: "a.b" }, clock: false, records: true },
      "snapshot:a.b",
    ],
  ])("%j asks for it and tells how long it took", async (args, body, target) => {
    expect(await run(args)).toEqual({
      exitCode: 0,
      stdout: `reset to ${target} in 12.3 ms\n`,
      stderr: "",
      requests: [{ method: "POST", url: URL, body }],
    });
  });

  test("--json prints the answer of the API", async () => {
    expect((await run(["--json"])).stdout).toBe(`${JSON.stringify(ANSWER)}\n`);
  });

  test.each(["snapshot", "snapshot:", "seeded", "Empty"])(
    "--to %s is a usage error",
    async (to) => {
      expect(await run(["--to", to])).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `dsql-emulator reset: --to is \`${to}\`; give configuration, empty or snapshot:NAME\n`,
        requests: [],
      });
    },
  );

  test("fails in the emulator's words", async () => {
    const message = "there is no snapshot `a`";
    const refuse = (): Response =>
      Response.json({ error: { code: "not_found", message } }, { status: 404 });
    expect(await run(["--to", "snapshot:a"], refuse)).toMatchObject({
      exitCode: 1,
      stderr: `dsql-emulator reset: ${message}\n`,
    });
  });

  test.each<readonly [what: string, answer: () => Response | Promise<Response>, problem: string]>([
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
      "of another version",
      () => Response.json({ took: 1 }),
      "the emulator's answer has not the expected form; use the command of the emulator's version",
    ],
    [
      "that answers no JSON",
      () => new Response("hello"),
      "the emulator's answer has not the expected form; use the command of the emulator's version",
    ],
  ])("an emulator %s is a failure", async (_what, answer, problem) => {
    expect(await run([], answer)).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: `dsql-emulator reset: ${problem}\n`,
    });
  });
});
