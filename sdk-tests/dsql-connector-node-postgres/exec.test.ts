import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./program.mjs", import.meta.url));

function exec(
  ...args: readonly string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, "exec", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe("dsql-emulator exec", () => {
  test("runs an unmodified program with an emulator of its own", async () => {
    const { code, stdout } = await exec("--", process.execPath, PROGRAM);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ inserted: ["Anna", "Bert", "Carl", "Dora"] });
  });

  test("ends with the program's exit code, and tells of refused connections", async () => {
    const script = `process.env.AWS_ACCESS_KEY_ID = "AKIAFAKEFAKEFAKEFAKE"; await import(${JSON.stringify(PROGRAM)}); process.exitCode = 7;`;
    const { code, stdout, stderr } = await exec(
      "--",
      process.execPath,
      "--input-type=module",
      "--eval",
      script,
    );
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { hint: "The security token included in the request is invalid." },
    });
    expect(stderr).toContain("access_key_unknown");
  });

  test("leaves the ready file of another emulator alone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
    const readyFile = join(directory, "ready.json");
    writeFileSync(readyFile, "of another emulator");
    const script = `console.log(process.env.DSQL_EMULATOR_READY_FILE)`;
    const { code, stdout } = await exec(
      "--ready-file",
      readyFile,
      "--",
      process.execPath,
      "--eval",
      script,
    );
    expect(code).toBe(0);
    expect(stdout.trim()).not.toBe(readyFile);
    expect(readFileSync(readyFile, "utf8")).toBe("of another emulator");
    rmSync(directory, { recursive: true });
  });

  test("says what is wrong with the call, the configuration or the program", async () => {
    expect(await exec("--enforce", "soft")).toMatchObject({ code: 2 });
    expect(await exec("--enforce", "lax", "--", "true")).toMatchObject({ code: 2 });
    expect(await exec("--", "no-such-program")).toMatchObject({ code: 127 });
  });
});
