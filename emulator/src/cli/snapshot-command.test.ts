import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandPlace,
  commandPlace,
  type CommandRun,
} from "../../test/support/command-runner.ts";
import { snapshotCommand } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/snapshots";
const SNAPSHOT = {
  name: "seeded",
  createdAt: "2026-01-02T03:04:05.000Z",
  clusters: 2,
  databases: 1,
  memoryBytes: 52_428_800,
};
const LINE =
  "seeded  2026-01-02T03:04:05.000Z  2 clusters, 1 databases with content, 50 MiB in memory\n";

let place: CommandPlace;

beforeAll(async () => {
  place = await commandPlace();
});
afterAll(() => {
  place.remove();
});

function run(args: readonly string[], answer: () => Response): Promise<CommandRun> {
  return place.run(snapshotCommand, args, answer);
}

describe("dsql-emulator snapshot", () => {
  test.each([[[]], [["list"]]])("%j lists them", async (args) => {
    const list = (): Response => Response.json({ snapshots: [SNAPSHOT] });
    expect(await run(args, list)).toEqual({
      exitCode: 0,
      stdout: LINE,
      stderr: "",
      requests: [{ method: "GET", url: URL }],
    });
  });

  test("says when there are none", async () => {
    const { stdout } = await run(["list"], () => Response.json({ snapshots: [] }));
    expect(stdout).toBe("no snapshots\n");
  });

  test("save takes one and tells of it", async () => {
    expect(await run(["save", "seeded"], () => Response.json(SNAPSHOT, { status: 201 }))).toEqual({
      exitCode: 0,
      stdout: LINE,
      stderr: "",
      requests: [{ method: "POST", url: URL, body: { name: "seeded" } }],
    });
  });

  test("--json prints the answer of the API", async () => {
    const { stdout } = await run(["save", "seeded", "--json"], () => Response.json(SNAPSHOT));
    expect(JSON.parse(stdout)).toEqual(SNAPSHOT);
  });

  test("delete deletes one", async () => {
    expect(await run(["delete", "a/b"], () => new Response(null, { status: 204 }))).toEqual({
      exitCode: 0,
      stdout: "deleted snapshot a/b\n",
      stderr: "",
      requests: [{ method: "DELETE", url: `${URL}/a%2Fb` }],
    });
  });

  test("fails in the emulator's words", async () => {
    const message = "there is no snapshot `a`";
    const refuse = (): Response =>
      Response.json({ error: { code: "not_found", message } }, { status: 404 });
    expect(await run(["delete", "a"], refuse)).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: `dsql-emulator snapshot: ${message}\n`,
    });
  });

  test.each([[["list"]], [["save", "a"]]])("%j takes no answer of another form", async (args) => {
    expect(await run(args, () => Response.json({ name: "a" }))).toMatchObject({
      exitCode: 1,
      stdout: "",
    });
  });

  test.each([
    [["save"], "no NAME is given; write save NAME"],
    [["delete"], "no NAME is given; write delete NAME"],
    [["list", "a"], "unexpected argument `a`; list takes none"],
    [["safe", "a"], "`safe` is not an action; did you mean `save`?"],
    [["odd"], "`odd` is not an action; give one of list, save, delete"],
  ])("%j is a usage error", async (args, message) => {
    expect(await run(args, () => Response.json({}))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `dsql-emulator snapshot: ${message}\n`,
      requests: [],
    });
  });
});
