import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  countingIdentities,
  testDirectory,
  TRUST,
} from "../../../test/support/iam-directory.ts";
import { restoreIamDirectory } from "./iam-directory.ts";
import type { IamSnapshot } from "./iam-snapshot.ts";

const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const DEVS = `arn:aws:iam::${ACCOUNT}:group/devs`;
const APP = `arn:aws:iam::${ACCOUNT}:role/app`;
const P_ARN = `arn:aws:iam::${ACCOUNT}:policy/p`;
const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const alice = { userName: "alice" };
const devs = { groupName: "devs" };
const app = { roleName: "app" };
const policyFor = (action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
  });
const DENY = ALLOW_ALL.replace("Allow", "Deny");

type Directory = ReturnType<typeof testDirectory>;

/** The sources and actions of the policies of a principal. */
function seen(directory: Directory, arn: string): unknown {
  const policies = directory.effectivePolicies(arn);
  return policies?.identity.map(({ source, document }) => ({
    ...source,
    actions: document.statements.flatMap(({ action }) =>
      action.written.patterns.map(({ text }) => text),
    ),
  }));
}

describe("policies that apply", () => {
  test("to a user: its own, then those of its groups, inline before managed", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.createGroup(devs);
    directory.createPolicy({ policyName: "p", policyDocument: policyFor("dsql:DbConnect") });
    directory.addUserToGroup({ ...alice, ...devs });
    directory.attachUserPolicy({ ...alice, policyArn: P_ARN });
    directory.putUserPolicy({ ...alice, policyName: "i", policyDocument: policyFor("s3:Get*") });
    directory.attachGroupPolicy({ ...devs, policyArn: ADMIN });
    directory.putGroupPolicy({ ...devs, policyName: "g", policyDocument: policyFor("sqs:*") });
    expect(seen(directory, ALICE)).toEqual([
      { kind: "inline", name: "i", attachedTo: ALICE, actions: ["s3:Get*"] },
      { kind: "managed", name: "p", attachedTo: ALICE, arn: P_ARN, actions: ["dsql:DbConnect"] },
      { kind: "inline", name: "g", attachedTo: DEVS, actions: ["sqs:*"] },
      {
        kind: "managed",
        name: "AdministratorAccess",
        attachedTo: DEVS,
        arn: ADMIN,
        actions: ["*"],
      },
    ]);
    directory.removeUserFromGroup({ ...alice, ...devs });
    directory.detachUserPolicy({ ...alice, policyArn: P_ARN });
    directory.deleteUserPolicy({ ...alice, policyName: "i" });
    expect(directory.effectivePolicies(ALICE)).toEqual({ identity: [], boundary: undefined });
  });

  test("to a role, with its boundary", () => {
    const directory = testDirectory();
    directory.createRole({ ...app, assumeRolePolicyDocument: TRUST, permissionsBoundary: ADMIN });
    directory.putRolePolicy({ ...app, policyName: "i", policyDocument: policyFor("dsql:*") });
    expect(seen(directory, APP)).toEqual([
      { kind: "inline", name: "i", attachedTo: APP, actions: ["dsql:*"] },
    ]);
    expect(directory.effectivePolicies(APP)?.boundary?.source).toEqual({
      kind: "managed",
      name: "AdministratorAccess",
      attachedTo: APP,
      arn: ADMIN,
    });
  });

  test("are those of the default version, at once when it changes", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.createPolicy({ policyName: "p", policyDocument: ALLOW_ALL });
    directory.attachUserPolicy({ ...alice, policyArn: P_ARN });
    const effects = (): unknown =>
      directory
        .effectivePolicies(ALICE)
        ?.identity.map(({ document }) => document.statements[0]?.effect);
    expect(effects()).toEqual(["Allow"]);
    directory.createPolicyVersion({ policyArn: P_ARN, policyDocument: DENY });
    expect(effects()).toEqual(["Allow"]);
    directory.setDefaultPolicyVersion({ policyArn: P_ARN, versionId: "v2" });
    expect(effects()).toEqual(["Deny"]);
  });

  test("are parsed once", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.putUserPolicy({ ...alice, policyName: "i", policyDocument: ALLOW_ALL });
    const document = (): unknown => directory.effectivePolicies(ALICE)?.identity[0]?.document;
    expect(document()).toBe(document());
  });

  test("exist for an ARN in its exact spelling only", () => {
    const directory = testDirectory();
    directory.createUser({ ...alice, path: "/x/" });
    const arns = [
      ALICE,
      `arn:aws:iam::${ACCOUNT}:user/x/Alice`,
      `arn:aws:iam::${ACCOUNT}:role/x/alice`,
    ];
    expect(arns.map((arn) => directory.effectivePolicies(arn))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(directory.effectivePolicies(`arn:aws:iam::${ACCOUNT}:user/x/alice`)).toBeDefined();
  });
});

describe("principals and keys", () => {
  test("a key leads to its secret and its user as it is now", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    const { accessKeyId, secretAccessKey } = directory.createAccessKey(alice);
    directory.tagUser({ ...alice, tags: [{ key: "team", value: "blue" }] });
    expect(directory.findAccessKey(accessKeyId)).toEqual({
      accessKeyId,
      secretAccessKey,
      status: "Active",
      user: directory.getUser(alice),
    });
    expect(directory.findAccessKey("AKIAUNKNOWN000000000")).toBeUndefined();
  });

  test("users and roles are found by ARN", () => {
    const directory = testDirectory();
    const user = directory.createUser(alice);
    const role = directory.createRole({ ...app, assumeRolePolicyDocument: TRUST });
    expect(directory.findUser(ALICE)).toEqual(user);
    expect(directory.findUser(APP)).toBeUndefined();
    expect(directory.findRole(APP)?.role).toEqual(role);
    expect(directory.findRole(APP)?.trust.source.attachedTo).toBe(APP);
    expect(directory.findRole(ALICE)).toBeUndefined();
  });

  test("a changed trust policy counts at once", () => {
    const directory = testDirectory();
    directory.createRole({ ...app, assumeRolePolicyDocument: TRUST });
    const effect = (): unknown => directory.findRole(APP)?.trust.document.statements[0]?.effect;
    expect(effect()).toBe("Allow");
    directory.updateAssumeRolePolicy({ ...app, policyDocument: TRUST.replace("Allow", "Deny") });
    expect(effect()).toBe("Deny");
  });

  test("a managed policy is found for a session", () => {
    const directory = testDirectory();
    expect(directory.findManagedPolicy(ADMIN, "arn:of:session")?.source).toEqual({
      kind: "managed",
      name: "AdministratorAccess",
      attachedTo: "arn:of:session",
      arn: ADMIN,
    });
    expect(directory.findManagedPolicy(P_ARN, "arn:of:session")).toBeUndefined();
  });

  const awsPolicies = testDirectory()
    .listPolicies({ scope: "AWS" })
    .items.map(({ arn }) => arn);
  test.each(awsPolicies)("the text of %s is a policy", (arn) => {
    expect(testDirectory().findManagedPolicy(arn, "x")?.document.version).toBe("2012-10-17");
  });

  test("full access has DbConnectAdmin, read-only access has no DbConnect", () => {
    const text = (name: string): string => {
      const policyArn = `arn:aws:iam::aws:policy/${name}`;
      const { defaultVersionId: versionId } = testDirectory().getPolicy({ policyArn });
      return testDirectory().getPolicyVersion({ policyArn, versionId }).document;
    };
    expect(text("AmazonAuroraDSQLFullAccess")).toContain('"dsql:DbConnectAdmin"');
    expect(text("AmazonAuroraDSQLConsoleFullAccess")).toContain('"dsql:DbConnectAdmin"');
    expect(text("AmazonAuroraDSQLReadOnlyAccess")).not.toContain("DbConnect");
  });
});

describe("cost", () => {
  /** A directory with so many users, each with a key and a policy; more than the API would make. */
  function directoryOf(count: number): Directory {
    const users = Array.from({ length: count }, (_, index) => ({
      name: `u${index}`,
      path: "/",
      id: `AIDA${String(index).padStart(17, "0")}`,
      createDate: "2026-03-01T12:00:00.000Z",
      inlinePolicies: [{ policyName: "p", policyDocument: ALLOW_ALL }],
      attachedPolicies: [ADMIN],
      tags: [],
      groupIds: [],
    }));
    const accessKeys = users.map(({ id }, index) => ({
      accessKeyId: `AKIA${String(index).padStart(16, "0")}`,
      secretAccessKey: "FAKE-SECRET",
      userId: id,
      status: "Active" as const,
      createDate: "2026-03-01T12:00:00.000Z",
    }));
    const empty: IamSnapshot = testDirectory().snapshot();
    return restoreIamDirectory({ ...empty, users, accessKeys }, countingIdentities());
  }

  function millisecondsOf(directory: Directory): number {
    const start = performance.now();
    for (let round = 0; round < 2000; round += 1) {
      const user = directory.findAccessKey("AKIA0000000000000007")?.user;
      directory.effectivePolicies(user?.arn ?? "");
    }
    return performance.now() - start;
  }

  test("a look-up among 10,000 principals costs what it costs among 10", () => {
    const [small, large] = [directoryOf(10), directoryOf(10_000)];
    expect(large.effectivePolicies(`arn:aws:iam::${ACCOUNT}:user/u9999`)?.identity).toHaveLength(2);
    const best = (directory: Directory): number =>
      Math.min(...Array.from({ length: 5 }, () => millisecondsOf(directory)));
    best(small);
    // A search through all of them would take a thousand times as long.
    expect(best(large) / best(small)).toBeLessThan(20);
  });
});
