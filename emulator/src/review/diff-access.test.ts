import { describe, expect, test } from "vitest";
import type { AccessCell, AccessMatrix, RoleAssumption } from "./access-matrix.ts";
import { diffAccess, isSameAccess } from "./diff-access.ts";
import { renderDifference, renderDifferenceMarkdown } from "./render-difference.ts";

const CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";

function userArn(name: string): string {
  return `arn:aws:iam::123456789012:user/${name}`;
}

function cell(name: string, access: AccessCell["access"], more: Partial<AccessCell> = {}) {
  return {
    principal: userArn(name),
    cluster: CLUSTER,
    databaseRole: "app",
    access,
    code: access === "no" ? "iam_denied" : null,
    reason: `because of ${name}`,
    deciding: [],
    dependsOn: [],
    ...more,
  };
}

interface Given {
  readonly assumableBy?: readonly RoleAssumption[];
  readonly principals?: readonly string[];
  readonly clusters?: readonly string[];
}

function matrix(
  cells: readonly AccessCell[],
  { assumableBy = [], principals, clusters = [CLUSTER] }: Given = {},
): AccessMatrix {
  const arns = principals ?? [...new Set(cells.map(({ principal }) => principal))];
  return {
    version: 1,
    circumstances: { sourceIp: null, mfa: null, at: null, applicationName: null },
    principals: arns.map((arn) => ({
      ...{ arn, kind: "role", accountId: "123456789012", activeAccessKeys: 0, assumableBy },
    })),
    clusters: clusters.map((arn) => ({
      ...{ arn, identifier: "a", databaseRoles: ["admin", "app"], problem: null },
    })),
    cells,
  };
}

const IP = { dependsOn: ["aws:SourceIp"] };
const MFA = { dependsOn: ["aws:MultiFactorAuthPresent"] };

const BEFORE = matrix([
  cell("same", "yes"),
  cell("loser", "yes"),
  cell("gainer", "no"),
  cell("less", "yes"),
  cell("more", "depends", IP),
  cell("other", "depends", IP),
  cell("still", "no", { reason: "one" }),
  cell("gone", "yes"),
]);
const AFTER = matrix([
  cell("same", "yes", { reason: "another statement" }),
  cell("loser", "no"),
  cell("gainer", "yes"),
  cell("less", "depends", IP),
  cell("more", "yes"),
  cell("other", "depends", MFA),
  cell("still", "no", { reason: "two" }),
  cell("come", "depends", IP),
  cell("nobody", "no"),
]);

describe("the difference of two matrices", () => {
  test("names who gains, who loses, and what depends on something else; reasons alone are none", () => {
    const { access, assumptions } = diffAccess(BEFORE, AFTER);
    expect(
      access.map(({ principal, change, before, after, reason }) =>
        [principal.slice(userArn("").length), change, before, after, reason].join(" "),
      ),
    ).toEqual([
      "loser lost yes no because of loser",
      "gainer gained no yes because of gainer",
      "less lost yes depends because of less",
      "more gained depends yes because of more",
      "other changed depends depends because of other",
      "gone lost yes no the principal is gone",
      "come gained no depends because of come",
    ]);
    expect(assumptions).toEqual([]);
  });

  test("of a matrix with itself is empty, also without anything in it", () => {
    expect(isSameAccess(diffAccess(BEFORE, BEFORE))).toBe(true);
    expect(isSameAccess(diffAccess(matrix([]), matrix([])))).toBe(true);
    expect(isSameAccess(diffAccess(BEFORE, AFTER))).toBe(false);
  });

  test("says whether the cluster or the role of the database is gone", () => {
    const before = matrix([cell("ann", "yes")]);
    const reasonOf = (after: AccessMatrix): string | undefined =>
      diffAccess(before, after).access[0]?.reason;
    const principals = [userArn("ann")];
    expect(reasonOf(matrix([], { principals, clusters: [] }))).toBe("the cluster is gone");
    expect(reasonOf(matrix([], { principals }))).toBe("the role of the database is gone");
  });

  test("has the roles that somebody may assume now, or no longer", () => {
    const by = userArn("ann");
    const principals = [userArn("role")];
    const always = matrix([], { principals, assumableBy: [{ by, access: "yes", dependsOn: [] }] });
    const withMfa = matrix([], {
      principals,
      assumableBy: [{ by, access: "depends", dependsOn: ["aws:MultiFactorAuthPresent"] }],
    });
    const never = matrix([], { principals });
    const role = userArn("role");
    expect(diffAccess(never, withMfa).assumptions).toEqual([
      { role, by, change: "gained", before: "no", after: "depends" },
    ]);
    expect(diffAccess(always, withMfa).assumptions).toEqual([
      { role, by, change: "lost", before: "yes", after: "depends" },
    ]);
    expect(isSameAccess(diffAccess(always, never))).toBe(false);
    expect(renderDifference(diffAccess(never, always))).toBe(
      "+ user/ann assumes user/role: no -> yes\n1 gained, 0 lost, 0 changed\n",
    );
  });
});

describe("a difference as text", () => {
  test("has a line for each change and the sums", () => {
    expect(renderDifference(diffAccess(BEFORE, AFTER)).split("\n")).toEqual([
      "- user/loser as app on cluster/dsqlemulatorlocalcluster2a: yes -> no: because of loser",
      "+ user/gainer as app on cluster/dsqlemulatorlocalcluster2a: no -> yes: because of gainer",
      "- user/less as app on cluster/dsqlemulatorlocalcluster2a: yes -> depends: because of less",
      "+ user/more as app on cluster/dsqlemulatorlocalcluster2a: depends -> yes: because of more",
      "~ user/other as app on cluster/dsqlemulatorlocalcluster2a: depends -> depends: because of other",
      "- user/gone as app on cluster/dsqlemulatorlocalcluster2a: yes -> no: the principal is gone",
      "+ user/come as app on cluster/dsqlemulatorlocalcluster2a: no -> depends: because of come",
      "3 gained, 3 lost, 1 changed",
      "",
    ]);
  });

  test("says that there is none", () => {
    expect(renderDifference(diffAccess(BEFORE, BEFORE))).toBe("nobody gains or loses access\n");
    expect(renderDifferenceMarkdown(diffAccess(BEFORE, BEFORE))).toBe(
      "**Access:** nobody gains or loses access.\n",
    );
  });
});

describe("a difference as Markdown", () => {
  test("has a table for cells and one for roles that are assumed", () => {
    const assumableBy: RoleAssumption[] = [
      { by: "Service:lambda.amazonaws.com", access: "yes", dependsOn: [] },
    ];
    const before = matrix([cell("ann", "no")]);
    const after = matrix([cell("ann", "yes")], { assumableBy });
    expect(renderDifferenceMarkdown(diffAccess(before, after)).split("\n")).toEqual([
      "**Access:** 2 gained, 0 lost, 0 changed.",
      "",
      "| | principal | cluster | role | before | after | why |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      "| gained | user/ann | cluster/dsqlemulatorlocalcluster2a | app | no | yes | because of ann |",
      "",
      "| | assumes | role | before | after |",
      "| --- | --- | --- | --- | --- |",
      "| gained | Service:lambda.amazonaws.com | user/ann | no | yes |",
      "",
    ]);
  });

  test("keeps what names have in them from being markup", () => {
    const odd = { databaseRole: "a|b*_<img>[x](y)\n`", reason: "statement `read_only|x` of <b>" };
    const text = renderDifferenceMarkdown(
      diffAccess(matrix([]), matrix([cell("ann", "yes", odd)])),
    );
    expect(text.split("\n")[4]).toBe(
      "| gained | user/ann | cluster/dsqlemulatorlocalcluster2a | a\\|b\\*\\_\\<img\\>\\[x\\](y) \\` | no | yes | statement `read_only\\|x` of \\<b\\> |",
    );
  });
});
