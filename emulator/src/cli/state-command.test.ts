import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandPlace,
  commandPlace,
  type CommandRun,
} from "../../test/support/command-runner.ts";
import { stateCommand } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/state";
const EXPORTED = '{"format":"dsql-emulator-state", "version":1}\n';

let place: CommandPlace;

beforeAll(async () => {
  place = await commandPlace();
});
afterAll(() => {
  place.remove();
});

function run(args: readonly string[], answer: () => Response): Promise<CommandRun> {
  return place.run(stateCommand, args, answer);
}

describe("dsql-emulator state", () => {
  test.each([
    [[], "false"],
    [["show"], "false"],
    [["show", "--secrets"], "true"],
  ])("%j prints the form of the configuration", async (args, secrets) => {
    const { requests, stdout } = await run(args, () => Response.json({ accounts: [] }));
    expect(requests).toEqual([{ method: "GET", url: `${URL}?secrets=${secrets}` }]);
    expect(stdout).toBe('{\n  "accounts": []\n}\n');
  });

  test("export prints what the emulator says, byte for byte", async () => {
    expect(await run(["export"], () => new Response(EXPORTED))).toEqual({
      exitCode: 0,
      stdout: EXPORTED,
      stderr: "",
      requests: [{ method: "GET", url: `${URL}/export` }],
    });
  });

  test("export FILE writes it for its owner only, over an earlier one", async () => {
    const file = join(place.directory, "state.json");
    writeFileSync(file, "earlier", { mode: 0o644 });
    const { exitCode, stdout } = await run(["export", "state.json"], () => new Response(EXPORTED));
    expect([exitCode, stdout]).toEqual([
      0,
      `exported to ${file}; it holds the secrets of access keys\n`,
    ]);
    expect(readFileSync(file, "utf8")).toBe(EXPORTED);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("export into a directory that is not there says so", async () => {
    const { exitCode, stderr } = await run(["export", "no/state.json"], () => new Response("{}"));
    expect([exitCode, stderr]).toEqual([
      1,
      `dsql-emulator state: ${join(place.directory, "no/state.json")} cannot be written (ENOENT); give another file\n`,
    ]);
  });

  test.each([
    [[], "false"],
    [["--clock"], "true"],
  ])("import sends the file, with %j", async (options, clock) => {
    const file = join(place.directory, "import.json");
    writeFileSync(file, EXPORTED);
    const args = ["import", "import.json", ...options];
    expect(await run(args, () => Response.json({ tookMs: 7 }))).toEqual({
      exitCode: 0,
      stdout: `imported ${file} in 7 ms\n`,
      stderr: "",
      requests: [
        {
          method: "POST",
          url: `${URL}/import?clock=${clock}`,
          body: JSON.parse(EXPORTED) as unknown,
        },
      ],
    });
  });

  test("import of a missing file asks nobody", async () => {
    const missing = join(place.directory, "missing.json");
    expect(await run(["import", "missing.json"], () => Response.json({}))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `dsql-emulator state: ${missing} cannot be read (ENOENT); give an exported state\n`,
      requests: [],
    });
  });

  test("import of a file that is not JSON asks nobody", async () => {
    const file = join(place.directory, "cut.json");
    writeFileSync(file, EXPORTED.slice(0, 20));
    expect(await run(["import", "cut.json"], () => Response.json({}))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `dsql-emulator state: ${file} is not JSON; give an exported state\n`,
      requests: [],
    });
  });

  test.each([
    [["import"], "no FILE is given; write import FILE"],
    [["show", "a"], "unexpected argument `a`; show takes none"],
    [["export", "--secrets"], "--secrets is not for export; leave it out"],
    [["export", "--clock"], "--clock is not for export; leave it out"],
    [["exprot"], "`exprot` is not an action; did you mean `export`?"],
    [["odd"], "`odd` is not an action; give one of show, export, import"],
  ])("%j is a usage error", async (args, message) => {
    expect(await run(args, () => Response.json({}))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `dsql-emulator state: ${message}\n`,
      requests: [],
    });
  });
});
