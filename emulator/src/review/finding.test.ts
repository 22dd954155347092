import { describe, expect, test } from "vitest";
import { arnOf, findingsOf, policyOf } from "../../test/support/review-configuration.ts";
import { type Finding, isFindingList, renderFindings, type Severity } from "./index.ts";

const APP = arnOf("user/app");
const FOREIGN = arnOf("user/app", "222222222222");

function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, id, where }) => `${severity} ${id} ${where}`);
}

function some(...severities: readonly Severity[]): readonly Finding[] {
  return severities.map((severity) => ({ id: "x", severity, where: "h", what: "w", todo: "t" }));
}

function lastLine(findings: readonly Finding[]): string | undefined {
  return renderFindings(findings).trimEnd().split("\n").at(-1);
}

describe("findings", () => {
  test("say what to do, in statements that can be run", async () => {
    const [finding] = await findingsOf({
      cluster: {
        databaseRoles: [
          { name: "app", arns: [APP] },
          { name: 'Odd"one', arns: [FOREIGN] },
        ],
      },
    });
    expect(finding?.todo).toBe(
      `AWS IAM REVOKE "Odd""one" FROM '${FOREIGN}', and map a role of account 123456789012 that 222222222222 may assume`,
    );
  });

  test("name a managed policy once, with three of those that have it", async () => {
    const users = ["a", "b", "c", "d", "e"].map((name) => ({ name, managedPolicies: ["wide"] }));
    const policies = [
      { name: "wide", document: policyOf({ Effect: "Allow", Action: "dsql:*", Resource: "*" }) },
    ];
    const found = await findingsOf({
      account: { users, policies },
      cluster: { databaseRoles: [] },
    });
    expect(inShort(found.filter(({ id }) => id === "wildcard-action"))).toEqual([
      `warning wildcard-action statement 0 of identity-based policy \`wide\` of ${arnOf("user/a")}, ${arnOf("user/b")}, ${arnOf("user/c")} and 2 more`,
    ]);
  });

  test("leave out what AWS wrote and what comes with the emulator", async () => {
    expect(
      inShort(
        await findingsOf({
          account: {
            users: [
              { name: "root", managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
            ],
          },
          cluster: { databaseRoles: [] },
          more: { defaultUser: undefined },
        }),
      ),
    ).toEqual([`info permission-without-mapping ${arnOf("user/root")}`]);
  });
});

describe("findings as text", () => {
  test("are a paragraph each", () => {
    expect(renderFindings(some("error", "info"))).toBe(
      "error   x\n  h\n  w\n  do: t\n\ninfo    x\n  h\n  w\n  do: t\n\n1 error, 0 warnings, 1 for information\n",
    );
    expect(renderFindings([])).toBe("nothing found\n");
  });

  test("are counted", () => {
    expect(lastLine(some("warning"))).toBe("0 errors, 1 warning, 0 for information");
    expect(lastLine(some("error", "error", "warning", "warning"))).toBe(
      "2 errors, 2 warnings, 0 for information",
    );
  });
});

test("a list of findings is told from other JSON", () => {
  expect(isFindingList({ findings: [] })).toBe(true);
  for (const other of [null, [], {}, { findings: {} }]) expect(isFindingList(other)).toBe(false);
});
