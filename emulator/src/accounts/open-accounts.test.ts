import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, NOBODY, userWithKey } from "../../test/fixtures/aws/accounts-world.ts";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import { IamStateFile } from "./iam-state-file.ts";
import { openAccounts, type OpenedAccounts } from "./open-accounts.ts";

const KEY = { accessKeyId: "AKIAFAKEFAKEFAKEUSER", secretAccessKey: "fake-user-secret" };
const OTHER = "210987654321";
let dataDirectory: string;
let file: string;

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "open-accounts-"));
  file = join(dataDirectory, "iam.json");
});

afterEach(() => {
  chmodSync(dataDirectory, 0o700);
  rmSync(dataDirectory, { recursive: true });
});

function open(accountIds: readonly string[] = [ACCOUNT]): OpenedAccounts {
  return openAccounts({
    accounts: accountIds.map((accountId) => ({
      declared: { ...NOBODY, accountId, users: [userWithKey("declared", KEY)] },
    })),
    dataDirectory,
    sessionKey: new Uint8Array(32).fill(7),
    clock: new FixedClock(),
  });
}

function namesOf({ accounts }: OpenedAccounts, accountId = ACCOUNT): readonly string[] | undefined {
  return accounts
    .directoryOf(accountId)
    ?.listUsers({})
    .items.map(({ userName }) => userName);
}

describe("the state of the accounts", () => {
  test("is as it was left, over two starts, and nobody else reads it", async () => {
    const first = open();
    first.accounts.directoryOf(ACCOUNT)?.createUser({ userName: "made" });
    await first.keep();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = open();
    const before = second.accounts.directoryOf(ACCOUNT)?.snapshot();
    const left = first.accounts.directoryOf(ACCOUNT)?.snapshot();
    // What is declared comes after what stays.
    expect(before).toEqual({ ...left, users: [...(left?.users ?? [])].reverse() });
    await second.keep();
    const text = readFileSync(file, "utf8");
    const third = open();
    await third.keep();
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(namesOf(third)).toEqual(["declared", "made"]);
    expect(readdirSync(dataDirectory)).toEqual(["iam.json"]);
  });

  test("of an account that is not declared for a while comes back with it", async () => {
    const first = open([ACCOUNT, OTHER]);
    first.accounts.directoryOf(OTHER)?.createUser({ userName: "made" });
    await first.keep();
    const second = open();
    expect(namesOf(second, OTHER)).toBeUndefined();
    await second.keep();
    expect(namesOf(open([ACCOUNT, OTHER]), OTHER)).toEqual(["declared", "made"]);
  });

  test("has what was kept last when a process was killed while it wrote", async () => {
    const first = open();
    first.accounts.directoryOf(ACCOUNT)?.createUser({ userName: "made" });
    await first.keep();
    writeFileSync(`${file}.00000000-0000-4000-8000-000000000000.tmp`, '{"formatVersion":1,"acc');
    expect(namesOf(open())).toEqual(["declared", "made"]);
  });

  test("is kept whole by calls at the same time, each of which sees its change kept", async () => {
    const opened = open();
    const directory = opened.accounts.directoryOf(ACCOUNT);
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        directory?.createUser({ userName: `user-${at}` });
        await opened.keep();
        expect(readFileSync(file, "utf8")).toContain(`"user-${at}"`);
      }),
    );
    expect(namesOf(open())).toHaveLength(21);
    expect(readdirSync(dataDirectory)).toEqual(["iam.json"]);
  });

  const account = { snapshot: { formatVersion: 1, accountId: ACCOUNT }, declared: [] };
  test.each([
    ["", "nothing"],
    ["{", "no JSON"],
    ["null", "null"],
    ["[]", "a list"],
    ['{"formatVersion":2,"accounts":[]}', "another version"],
    ['{"formatVersion":1}', "no accounts"],
    ['{"formatVersion":1,"accounts":5}', "accounts that are none"],
    ['{"formatVersion":1,"accounts":[null]}', "an account that is none"],
    [JSON.stringify({ formatVersion: 1, accounts: [account] }), "an account without lists"],
  ])("%s in the file (%s) is refused and left", (text) => {
    writeFileSync(file, text);
    expect(() => open()).toThrow(
      `\`${file}\` is no state that this version wrote: restore it, or remove it to begin with what the configuration declares`,
    );
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("a file that cannot be read is told", () => {
    const directory = new IamStateFile(dataDirectory);
    rmSync(file, { force: true });
    // What is read as a file and is none cannot be read by root either.
    const inFile = new IamStateFile(join(dataDirectory, "x\0y"));
    expect(directory.read()).toEqual([]);
    expect(() => inFile.read()).toThrow(/cannot be read \(ERR_INVALID_ARG_VALUE\)/);
  });

  test("a directory that is not there is told, and the next write goes on when it is", async () => {
    const opened = open();
    rmSync(dataDirectory, { recursive: true });
    await expect(opened.keep()).rejects.toThrow(
      `\`${file}\` cannot be written (ENOENT): make room, and let the emulator write to its data directory`,
    );
    mkdirSync(dataDirectory);
    await opened.keep();
    expect(namesOf(open())).toEqual(["declared"]);
  });

  test.skipIf(process.getuid?.() === 0)("a directory that may not be written is told", async () => {
    const opened = open();
    chmodSync(dataDirectory, 0o500);
    await expect(opened.keep()).rejects.toThrow(
      `\`${file}\` cannot be written (EACCES): make room, and let the emulator write to its data directory`,
    );
  });
});
