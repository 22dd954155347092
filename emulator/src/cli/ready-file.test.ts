import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import {
  readReadyFile,
  ReadyFileError,
  readyFilePath,
  removeReadyFile,
  writeReadyFile,
} from "./ready-file.ts";

/** Greater than any process id that Linux, macOS or Windows gives. */
const PID_OF_NOBODY = 2_147_483_647;

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ready-"));
  file = join(directory, "made", "ready.json");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function problemOf(content: string): Promise<string> {
  await mkdir(join(directory, "made"), { recursive: true });
  await writeFile(file, content);
  const error: unknown = await readReadyFile(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ReadyFileError);
  return (error as Error).message.split("; start the emulator with")[0]!;
}

function altered(change: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...testReadyInfo(), ...change });
}

describe("the ready file", () => {
  test("comes back as it was written, from a directory that is made", async () => {
    await writeReadyFile(file, testReadyInfo());
    expect(await readReadyFile(file)).toEqual(testReadyInfo());
    expect(await readdir(join(directory, "made"))).toEqual(["ready.json"]);
  });

  test.skipIf(process.platform === "win32")(
    "is for its owner only, also the second time",
    async () => {
      await mkdir(join(directory, "made"));
      await writeFile(file, "old", { mode: 0o644 });
      await writeReadyFile(file, testReadyInfo());
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    },
  );

  test("names the CA by an absolute path", async () => {
    await writeReadyFile(file, testReadyInfo({ caCertificate: "ca.pem" }));
    expect((await readReadyFile(file)).caCertificate).toBe(join(process.cwd(), "ca.pem"));
    await writeFile(file, altered({ caCertificate: "ca.pem" }));
    expect((await readReadyFile(file)).caCertificate).toBe(join(directory, "made", "ca.pem"));
  });

  test("that cannot be written leaves nothing behind", async () => {
    await mkdir(file, { recursive: true });
    await expect(writeReadyFile(file, testReadyInfo())).rejects.toThrow();
    expect(await readdir(join(directory, "made"))).toEqual(["ready.json"]);
  });

  test("that is missing says how to start", async () => {
    await expect(readReadyFile(file)).rejects.toThrow(
      new ReadyFileError(
        `no running emulator: there is no ready file ${file}; start the emulator with \`dsql-emulator start --ready-file ${file}\`, or name its file with --ready-file or DSQL_EMULATOR_READY_FILE`,
      ),
    );
  });

  test("that is a directory cannot be read", async () => {
    await mkdir(file, { recursive: true });
    await expect(readReadyFile(file)).rejects.toThrow(
      `ready file ${file} cannot be read (EISDIR); start the emulator`,
    );
  });

  test("of a process that has ended is stale", async () => {
    expect(await problemOf(altered({ pid: PID_OF_NOBODY }))).toBe(
      `ready file ${file} is of process 2147483647, which has ended`,
    );
  });

  test.each([
    ["", "it is not JSON"],
    ["[]", "the file is not an object"],
    [altered({ pid: "1" }), "pid is not a whole number from 1 to 2147483647"],
    [altered({ pid: 0 }), "pid is not a whole number from 1 to 2147483647"],
    [altered({ postgres: null }), "postgres is not an object"],
    [
      altered({ postgres: { host: "::", port: 65_536 } }),
      "postgres.port is not a whole number from 1 to 65535",
    ],
    [altered({ http: { url: "ftp://x" } }), "http.url is not an http or https URL"],
    [altered({ region: "" }), "region is not a text"],
    [altered({ credentials: { accessKeyId: "A" } }), "credentials.secretAccessKey is not a text"],
    [altered({ clusters: {} }), "clusters is not a list"],
    [altered({ clusters: [{}] }), "clusters[0].identifier is not a text"],
  ])("%j is not valid", async (content, problem) => {
    expect(await problemOf(content)).toBe(`ready file ${file} is not valid: ${problem}`);
  });

  test("no problem shows a secret", async () => {
    expect(await problemOf(altered({ pid: -1 }))).not.toContain("not-a-real-secret");
  });

  test("is removed by the process that wrote it, and by no other", async () => {
    await writeReadyFile(file, testReadyInfo({ pid: PID_OF_NOBODY }));
    await removeReadyFile(file, process.pid);
    expect(await readFile(file, "utf8")).toContain("2147483647");
    await removeReadyFile(file, PID_OF_NOBODY);
    await expect(stat(file)).rejects.toThrow("ENOENT");
    await removeReadyFile(file, PID_OF_NOBODY);
  });

  test("is found by option, variable and default, in this order", () => {
    const env = { DSQL_EMULATOR_READY_FILE: "by-variable.json" };
    const place = { env, workingDirectory: "/place" };
    expect(readyFilePath("by-option.json", place)).toBe("/place/by-option.json");
    expect(readyFilePath(undefined, place)).toBe("/place/by-variable.json");
    const bare = { env: { DSQL_EMULATOR_READY_FILE: "" }, workingDirectory: "/place" };
    expect(readyFilePath(undefined, bare)).toBe("/place/.dsql-emulator/ready.json");
    expect(readyFilePath("/elsewhere/r.json", bare)).toBe("/elsewhere/r.json");
  });
});
