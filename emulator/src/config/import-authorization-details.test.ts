import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ROLE, USER, GROUP, POLICY } from "../../test/support/authorization-details.ts";
import { ACCOUNT } from "../../test/support/iam-directory.ts";
import { resolveAccounts } from "./resolve-accounts.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "import-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const DETAILS = {
  UserDetailList: [USER],
  GroupDetailList: [GROUP],
  RoleDetailList: [ROLE],
  Policies: [POLICY],
};

function resolve(text: string | undefined, account: object = {}, accountId = ACCOUNT) {
  if (text !== undefined) writeFileSync(join(directory, "details.json"), text);
  const problems: [string, string][] = [];
  const file = { accounts: [{ id: accountId, authorizationDetails: "details.json", ...account }] };
  const resolved = resolveAccounts(file, directory, (path, message) =>
    problems.push([path, message]),
  );
  return { problems, account: resolved.accounts[0] };
}

describe("authorization details of a real account", () => {
  test("are beneath what the file declares; a user of both is one", () => {
    const alice = {
      name: "Alice",
      accessKeys: [{ id: "AKIAFAKEFAKEFAKE0001", secret: "fake-secret-of-alice" }],
      managedPolicies: ["own"],
      groups: ["devs"],
      tags: { a: "1" },
    };
    const { problems, account } = resolve(JSON.stringify(DETAILS), {
      users: [alice, { name: "bob" }],
    });
    expect(problems).toEqual([]);
    expect(account?.users.map(({ name, path }) => [name, path])).toEqual([
      ["alice", "/t/"],
      ["bob", "/"],
    ]);
    expect(account?.users[0]).toMatchObject({
      accessKeys: [
        { id: "AKIAFAKEFAKEFAKE0001", secret: "fake-secret-of-alice", status: "Active" },
      ],
      managedPolicies: [`arn:aws:iam::${ACCOUNT}:policy/p/own`],
      groups: ["devs"],
      tags: { a: "1" },
    });
    expect(account?.policies.map(({ name }) => name)).toEqual(["own"]);
    expect(account?.roles.map(({ name }) => name)).toEqual(["app"]);
  });

  test("a group, role or policy of both is a problem", () => {
    const document = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
    };
    const { problems } = resolve(JSON.stringify(DETAILS), {
      groups: [{ name: "Devs" }],
      roles: [{ name: "APP", trustPolicy: ROLE.AssumeRolePolicyDocument }],
      policies: [
        { name: "other", document },
        { name: "Own", document },
      ],
    });
    expect(problems).toEqual([
      ["accounts[0].groups[0].name", "is also in the authorization details"],
      ["accounts[0].roles[0].name", "is also in the authorization details"],
      ["accounts[0].policies[1].name", "is also in the authorization details"],
    ]);
  });

  test.each([
    [undefined, "is `details.json`; it does not exist"],
    ["{", "is `details.json`; it is not JSON"],
  ])("a file that has %j is a problem", (text, message) => {
    expect(resolve(text).problems).toEqual([["accounts[0].authorizationDetails", message]]);
  });

  test("what is wrong in the file is told with its place there", () => {
    const broken = { ...DETAILS, UserDetailList: 5 };
    const [first] = resolve(JSON.stringify(broken)).problems;
    expect(first?.[0]).toBe(`${join(directory, "details.json")}: UserDetailList`);
  });

  test("details of another account are a problem", () => {
    const { problems } = resolve(JSON.stringify(DETAILS), {}, "210987654321");
    expect(problems).toEqual([
      ["accounts[0].authorizationDetails", `is \`details.json\`; it is of account ${ACCOUNT}`],
    ]);
  });
});
