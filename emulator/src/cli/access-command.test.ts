import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import {
  appUser,
  arnOf,
  CONNECT,
  declaredConfiguration,
  openFileReviews,
  REVIEW_CLUSTER_ARN,
} from "../../test/support/review-configuration.ts";
import { type AccessMatrix, renderMatrix } from "../review/index.ts";
import { accessCommand, doctorCommand, runCli, writeReadyFile } from "./index.ts";

const URL = "http://127.0.0.1:9432/_emulator/access";
const COMMANDS = [accessCommand(openFileReviews), doctorCommand(openFileReviews)];
const MATRIX: AccessMatrix = {
  version: 1,
  circumstances: { sourceIp: null, mfa: null, at: null, applicationName: null },
  principals: [],
  clusters: [{ arn: REVIEW_CLUSTER_ARN, identifier: "a", databaseRoles: [], problem: null }],
  cells: [],
};
const ALLOWED = `+ user/app as admin on cluster/dsqlemulatorlocalcluster2a: no -> yes: allow: statement \`Admin\` of inline policy \`own\`\n1 gained, 0 lost, 0 changed\n`;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "access-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
  const admin = { ...CONNECT, Sid: "Admin", Action: "dsql:DbConnectAdmin" };
  await put("before.json", declaredConfiguration());
  await put("after.json", declaredConfiguration({ account: { users: [appUser(CONNECT, admin)] } }));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(name: string, content: unknown): Promise<void> {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  await writeFile(join(directory, name), text);
}

async function run(
  args: readonly string[],
  fetch: typeof globalThis.fetch = fakeFetch({ [URL]: MATRIX }),
): Promise<[number, string, string]> {
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli(COMMANDS, args, io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

describe("dsql-emulator access", () => {
  test("prints the matrix of the running emulator, as text or JSON", async () => {
    expect(await run(["access"])).toEqual([0, renderMatrix(MATRIX), ""]);
    const [exitCode, stdout] = await run(["access", "--json"]);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, MATRIX]);
  });

  test("asks for a part, under circumstances", async () => {
    const query =
      "?principal=a%26b&cluster=*2a&role=app&sourceIp=192.0.2.1&mfa=false&at=2026-01-15T12%3A00%3A00.000Z&applicationName=shop+1";
    const answer = await run(
      [
        ..."access --principal a&b --cluster *2a --role app --source-ip 192.0.2.1 --no-mfa".split(
          " ",
        ),
        ..."--at 2026-01-15T13:00:00+01:00 --application-name".split(" "),
        "shop 1",
      ],
      fakeFetch({ [URL + query]: MATRIX }),
    );
    expect(answer).toEqual([0, renderMatrix(MATRIX), ""]);
    expect((await run(["access", "--mfa"], fakeFetch({ [`${URL}?mfa=true`]: MATRIX })))[0]).toBe(0);
  });

  test("reviews a configuration without an emulator", async () => {
    const [exitCode, stdout, stderr] = await run(
      ["access", "--config", "after.json", "--role", "admin"],
      fakeCliIo().fetch,
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `${REVIEW_CLUSTER_ARN}\n            admin\n  user/app  yes\n\n  user/app as admin: yes: allow: statement \`Admin\` of inline policy \`own\`\n`,
    );
  });

  test.each([
    ["--source-ip 192.0.2", "--source-ip is `192.0.2`; give an IPv4 or IPv6 address"],
    ["--mfa --no-mfa", "--mfa and --no-mfa exclude each other; give one of them"],
    ["--at yesterday", "--at is `yesterday`; give a time such as 2026-01-15T12:00:00Z"],
    ["dif a b", "unexpected argument `dif`; leave it out, or write diff"],
    ["--markdown", "--markdown is for access diff; leave it out"],
    ["--exit-code", "--exit-code is for access diff; leave it out"],
    ["diff before.json", "diff needs two files; write diff BEFORE AFTER"],
    ["diff a b --config c", "--config is not for access diff; leave it out"],
    ["diff a b --principal c", "--principal is not for access diff; leave it out"],
    ["diff a b --json --markdown", "--json and --markdown exclude each other; give one of them"],
    ["diff a b c", "unexpected argument `c`; leave it out, or see --help"],
  ])("does not understand %s", async (args, message) => {
    expect(await run(["access", ...args.split(" ")])).toEqual([
      2,
      "",
      `dsql-emulator access: ${message}\n`,
    ]);
  });

  test("an emulator that does not answer, or with something else, is a failure", async () => {
    expect(await run(["access"], fakeCliIo().fetch)).toEqual([
      1,
      "",
      `dsql-emulator access: the emulator cannot be asked (ECONNREFUSED at ${URL}); see whether it still runs\n`,
    ]);
    for (const body of [{}, [], { ...MATRIX, version: 2 }, { ...MATRIX, cells: null }]) {
      expect((await run(["access"], fakeFetch({ [URL]: body })))[2]).toBe(
        "dsql-emulator access: the emulator's answer has not the expected form; use the command of the emulator's version\n",
      );
    }
  });

  test("a file that is not there or not valid is told", async () => {
    expect(await run(["access", "--config", "none.yaml"])).toEqual([
      1,
      "",
      `dsql-emulator access: ${join(directory, "none.yaml")} cannot be read (ENOENT); give a file that is there\n`,
    ]);
    await put("wrong.json", { accounts: [{ id: 1 }] });
    const [exitCode, stdout, stderr] = await run(["access", "--config", "wrong.json"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("accounts[0].id: ");
  });
});

describe("dsql-emulator access diff", () => {
  test("compares two configurations", async () => {
    expect(await run(["access", "diff", "before.json", "after.json"])).toEqual([0, ALLOWED, ""]);
    const [, json] = await run(["access", "diff", "before.json", "after.json", "--json"]);
    expect(JSON.parse(json)).toMatchObject({
      access: [{ principal: arnOf("user/app"), change: "gained", before: "no", after: "yes" }],
      assumptions: [],
    });
    const [, markdown] = await run(["access", "diff", "before.json", "after.json", "--markdown"]);
    expect(markdown).toContain("\n| gained | user/app | cluster/dsqlemulatorlocalcluster2a |");
  });

  test("--exit-code makes a difference an exit code", async () => {
    expect((await run(["access", "diff", "before.json", "after.json", "--exit-code"]))[0]).toBe(1);
    expect(await run(["access", "diff", "after.json", "after.json", "--exit-code"])).toEqual([
      0,
      "nobody gains or loses access\n",
      "",
    ]);
  });

  test("takes a matrix that was printed", async () => {
    const [, printed] = await run(["access", "--config", "before.json", "--json"]);
    await put("matrix.json", printed);
    expect(await run(["access", "diff", "matrix.json", "after.json"])).toEqual([0, ALLOWED, ""]);
    expect((await run(["access", "--config", "matrix.json", "--role", "app"]))[2]).toBe(
      "dsql-emulator access: matrix.json is a matrix that was printed; filters are for configurations\n",
    );
    expect((await run(["doctor", "--config", "matrix.json"]))[2]).toBe(
      "dsql-emulator doctor: matrix.json is a matrix that was printed; give a configuration\n",
    );
  });

  test("takes a state, which has no secrets", async () => {
    const user = { name: "app", accessKeys: [{ id: "AKIAFAKEFAKEFAKE0001" }] };
    await put("state.json", declaredConfiguration({ account: { users: [user] } }));
    expect((await run(["access", "diff", "before.json", "state.json"]))[1]).toContain(
      "- user/app as app on cluster/dsqlemulatorlocalcluster2a: yes -> no: implicit deny",
    );
  });
});

describe("dsql-emulator doctor", () => {
  const DOCTOR = "http://127.0.0.1:9432/_emulator/doctor";
  const FINDING = { id: "x", severity: "info", what: "w", where: "h", todo: "t" };

  test("prints the findings of the running emulator; errors are an exit code", async () => {
    const info = fakeFetch({ [DOCTOR]: { findings: [FINDING] } });
    expect(await run(["doctor"], info)).toEqual([
      0,
      "info    x\n  h\n  w\n  do: t\n\n0 errors, 0 warnings, 1 for information\n",
      "",
    ]);
    const error = fakeFetch({ [DOCTOR]: { findings: [{ ...FINDING, severity: "error" }] } });
    expect((await run(["doctor"], error)).slice(0, 2)).toEqual([
      1,
      "error   x\n  h\n  w\n  do: t\n\n1 error, 0 warnings, 0 for information\n",
    ]);
    expect(JSON.parse((await run(["doctor", "--json"], info))[1])).toEqual({ findings: [FINDING] });
  });

  test("reviews a configuration", async () => {
    expect(await run(["doctor", "--config", "before.json"], fakeCliIo().fetch)).toEqual([
      0,
      "nothing found\n",
      "",
    ]);
    await put("gone.json", declaredConfiguration({ account: { users: [] } }));
    const [exitCode, stdout] = await run(["doctor", "--config", "gone.json"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^error {3}mapping-of-missing-principal\n/);
  });

  test("takes no other argument, and no other answer", async () => {
    expect((await run(["doctor", "all"]))[0]).toBe(2);
    expect(await run(["doctor"], fakeFetch({ [DOCTOR]: [] }))).toEqual([
      1,
      "",
      "dsql-emulator doctor: the emulator's answer has not the expected form; use the command of the emulator's version\n",
    ]);
  });
});
