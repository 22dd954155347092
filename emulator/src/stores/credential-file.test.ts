import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { raceProcesses } from "../../test/support/race-processes.ts";
import { generateSecretAccessKey, loadOrCreateCredentials } from "./credential-file.ts";
import { StateFileError } from "./state-file-error.ts";

const KEY_ID = "AKIAFAKEFAKEFAKEFAKE";
const SECRET = "fakeSecretForTests0000000000000000000000";
let base: string;
let directory: string;
let file: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "credentials-"));
  directory = join(base, "state");
  file = join(directory, "credentials.json");
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function write(content: string): void {
  mkdirSync(directory);
  writeFileSync(file, content);
}

function failure(): StateFileError {
  try {
    loadOrCreateCredentials(directory, KEY_ID);
  } catch (error) {
    if (error instanceof StateFileError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("generated secrets", () => {
  test("have the form of AWS's and are never the same", () => {
    const secrets = Array.from({ length: 50 }, generateSecretAccessKey);
    expect(secrets.filter((secret) => !/^[A-Za-z0-9/+]{40}$/.test(secret))).toEqual([]);
    expect(new Set(secrets).size).toBe(50);
  });
});

describe("the credential file", () => {
  test("is made at the first start, for its owner only, and nothing else with it", () => {
    const credentials = loadOrCreateCredentials(directory, KEY_ID);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(credentials);
    expect(credentials.accessKeyId).toBe(KEY_ID);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["credentials.json"]);
  });

  test("gives the same secret at the next start", () => {
    const first = loadOrCreateCredentials(directory, KEY_ID);
    expect(loadOrCreateCredentials(directory, KEY_ID)).toEqual(first);
  });

  test("may be written by hand, with further members", () => {
    write(JSON.stringify({ comment: "", accessKeyId: KEY_ID, secretAccessKey: SECRET }));
    const expected = { accessKeyId: KEY_ID, secretAccessKey: SECRET };
    expect(loadOrCreateCredentials(directory, KEY_ID)).toEqual(expected);
  });

  const advice = "correct it, or remove it to have new credentials generated";
  test.each([
    ["is empty", "", `is not valid JSON: ${advice}`],
    ["is cut off", `{"secretAccessKey": "${SECRET}`, `is not valid JSON: ${advice}`],
    ["is null", "null", `has no \`accessKeyId\` and \`secretAccessKey\`: ${advice}`],
    [
      "has no secret",
      JSON.stringify({ accessKeyId: KEY_ID }),
      `has no \`accessKeyId\` and \`secretAccessKey\`: ${advice}`,
    ],
    [
      "is for another key",
      JSON.stringify({ accessKeyId: "AKIAFAKEOTHER", secretAccessKey: SECRET }),
      `is for access key \`AKIAFAKEOTHER\`, expected \`${KEY_ID}\`: ${advice}`,
    ],
    [
      "has a secret that no signer could use",
      JSON.stringify({ accessKeyId: KEY_ID, secretAccessKey: `${SECRET}\n` }),
      `has a \`secretAccessKey\` that is not 16 to 128 letters, digits, \`/\` or \`+\`: ${advice}`,
    ],
  ])("that %s is refused by name and left as it is", (_what, content, problem) => {
    write(content);
    const error = failure();
    expect({ code: error.code, file: error.file, message: error.message }).toEqual({
      code: "STATE_FILE_UNUSABLE",
      file,
      message: `\`${file}\` ${problem}`,
    });
    expect(JSON.stringify([error.stack, error.cause])).not.toContain(SECRET);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("that cannot be read is refused by name", () => {
    mkdirSync(file, { recursive: true });
    expect(failure().message).toBe(
      `\`${file}\` cannot be read (EISDIR): make it readable for the user that runs the emulator`,
    );
  });

  test("that cannot be written is refused by name", () => {
    symlinkSync(join(base, "nowhere", "at all"), directory);
    expect(failure().message).toMatch(
      /^`.*credentials\.json` cannot be written \(E\w+\): choose a data directory that the emulator may write to$/,
    );
    expect(readdirSync(base)).toEqual(["state"]);
  });

  test("is one for processes that start at the same time", async () => {
    const calls = Array.from({ length: 40 }, (_, index) => [join(base, `${index}`), KEY_ID]);
    const url = new URL("./credential-file.ts", import.meta.url);
    const [first, ...others] = await raceProcesses(3, url, "loadOrCreateCredentials", calls);
    expect(first?.length).toBe(40);
    expect(others).toEqual([first, first]);
  });
});
