/** What holds whatever is done: no sequence of operations leaves anything dangling. */
import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  countingIdentities,
  testDirectory,
  TRUST,
  trusting,
} from "../../../test/support/iam-directory.ts";
import { type IamDirectory, restoreIamDirectory } from "./iam-directory.ts";
import { IamError } from "./iam-error.ts";

/** Numbers from 0 up to a limit, always the same ones for a seed (mulberry32). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

type Step = (directory: IamDirectory, pick: (limit: number) => number) => unknown;

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const userName = (pick: (limit: number) => number): string => `u${pick(4)}`;
const groupName = (pick: (limit: number) => number): string => `g${pick(3)}`;
const roleName = (pick: (limit: number) => number): string => `r${pick(3)}`;
const policyArn = (pick: (limit: number) => number): string =>
  pick(4) === 0 ? ADMIN : `arn:aws:iam::${ACCOUNT}:policy/p${pick(3)}`;
const inline = (
  pick: (limit: number) => number,
): { policyName: string; policyDocument: string } => ({
  policyName: `i${pick(2)}`,
  policyDocument: ALLOW_ALL,
});
const accessKeyId = (directory: IamDirectory, pick: (limit: number) => number): string => {
  const keys = directory.snapshot().accessKeys;
  return keys[pick(Math.max(1, keys.length))]?.accessKeyId ?? "AKIAUNKNOWN000000000";
};
const trust = (pick: (limit: number) => number): string =>
  pick(2) === 0 ? TRUST : trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/${userName(pick)}` });

const STEPS: readonly Step[] = [
  (d, p) => d.createUser({ userName: userName(p) }),
  (d, p) => d.createUser({ userName: userName(p), permissionsBoundary: policyArn(p) }),
  (d, p) => {
    d.updateUser({
      userName: userName(p),
      newUserName: userName(p),
      newPath: p(2) === 0 ? "/" : "/x/",
    });
  },
  (d, p) => {
    d.deleteUser({ userName: userName(p) });
  },
  (d, p) => {
    d.tagUser({ userName: userName(p), tags: [{ key: `k${p(3)}`, value: "v" }] });
  },
  (d, p) => {
    d.untagUser({ userName: userName(p), tagKeys: [`k${p(3)}`] });
  },
  (d, p) => {
    d.putUserPermissionsBoundary({ userName: userName(p), permissionsBoundary: policyArn(p) });
  },
  (d, p) => {
    d.deleteUserPermissionsBoundary({ userName: userName(p) });
  },
  (d, p) => d.createAccessKey({ userName: userName(p) }),
  (d, p) => {
    d.deleteAccessKey({ userName: userName(p), accessKeyId: accessKeyId(d, p) });
  },
  (d, p) => {
    d.updateAccessKey({
      userName: userName(p),
      accessKeyId: accessKeyId(d, p),
      status: "Inactive",
    });
  },
  (d, p) => d.createGroup({ groupName: groupName(p) }),
  (d, p) => {
    d.updateGroup({ groupName: groupName(p), newGroupName: groupName(p) });
  },
  (d, p) => {
    d.deleteGroup({ groupName: groupName(p) });
  },
  (d, p) => {
    d.addUserToGroup({ groupName: groupName(p), userName: userName(p) });
  },
  (d, p) => {
    d.removeUserFromGroup({ groupName: groupName(p), userName: userName(p) });
  },
  (d, p) => d.createRole({ roleName: roleName(p), assumeRolePolicyDocument: trust(p) }),
  (d, p) => {
    d.updateAssumeRolePolicy({ roleName: roleName(p), policyDocument: trust(p) });
  },
  (d, p) => {
    d.deleteRole({ roleName: roleName(p) });
  },
  (d, p) => {
    d.putRolePermissionsBoundary({ roleName: roleName(p), permissionsBoundary: policyArn(p) });
  },
  (d, p) => d.createPolicy({ policyName: `p${p(3)}`, policyDocument: ALLOW_ALL }),
  (d, p) => {
    d.deletePolicy({ policyArn: policyArn(p) });
  },
  (d, p) =>
    d.createPolicyVersion({
      policyArn: policyArn(p),
      policyDocument: ALLOW_ALL,
      setAsDefault: p(2) === 0,
    }),
  (d, p) => {
    d.deletePolicyVersion({ policyArn: policyArn(p), versionId: `v${1 + p(5)}` });
  },
  (d, p) => {
    d.setDefaultPolicyVersion({ policyArn: policyArn(p), versionId: `v${1 + p(5)}` });
  },
  (d, p) => {
    d.attachUserPolicy({ userName: userName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.detachUserPolicy({ userName: userName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.attachGroupPolicy({ groupName: groupName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.detachGroupPolicy({ groupName: groupName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.attachRolePolicy({ roleName: roleName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.detachRolePolicy({ roleName: roleName(p), policyArn: policyArn(p) });
  },
  (d, p) => {
    d.putUserPolicy({ userName: userName(p), ...inline(p) });
  },
  (d, p) => {
    d.deleteUserPolicy({ userName: userName(p), ...inline(p) });
  },
  (d, p) => {
    d.putRolePolicy({ roleName: roleName(p), ...inline(p) });
  },
  (d, p) => {
    d.deleteRolePolicy({ roleName: roleName(p), ...inline(p) });
  },
  (d) => d.createServiceLinkedRole({ awsServiceName: "dsql.amazonaws.com" }),
  (d) => d.deleteServiceLinkedRole({ roleName: "AWSServiceRoleForAuroraDsql" }),
  (d) => d.createOpenIDConnectProvider({ url: "https://id.example" }),
  (d) => {
    d.deleteOpenIDConnectProvider({
      openIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example`,
    });
  },
];

/** Everything that refers to something that is not there, and every count that is wrong. */
function problemsOf(directory: IamDirectory): readonly string[] {
  const { users, groups, roles, policies, accessKeys } = directory.snapshot();
  const known = new Set(directory.listPolicies({ maxItems: 1000 }).items.map(({ arn }) => arn));
  const groupIds = new Set(groups.map(({ id }) => id));
  const userIds = new Set(users.map(({ id }) => id));
  const entities = [...users, ...groups, ...roles];
  const problems = [
    ...entities.flatMap(({ name, attachedPolicies }) =>
      attachedPolicies.filter((arn) => !known.has(arn)).map((arn) => `${name} has ${arn}`),
    ),
    ...[...users, ...roles]
      .filter(({ permissionsBoundary: arn }) => arn !== undefined && !known.has(arn))
      .map(({ name }) => `${name} has a boundary that is not there`),
    ...users
      .filter((user) => user.groupIds.some((id) => !groupIds.has(id)))
      .map(({ name }) => `${name} is in a group that is not there`),
    ...accessKeys
      .filter(({ userId }) => !userIds.has(userId))
      .map((key) => `${key.accessKeyId} has no user`),
    ...policies
      .filter(
        ({ defaultVersionId, versions }) => !versions.some((v) => v.versionId === defaultVersionId),
      )
      .map(({ arn }) => `${arn} has no default version`),
  ];
  for (const { arn, attachmentCount, permissionsBoundaryUsageCount } of directory.listPolicies({
    maxItems: 1000,
  }).items) {
    const attached = entities.filter(({ attachedPolicies }) =>
      attachedPolicies.includes(arn),
    ).length;
    const bounded = [...users, ...roles].filter(
      (entity) => entity.permissionsBoundary === arn,
    ).length;
    if (attached !== attachmentCount) problems.push(`${arn} is attached ${attached} times`);
    if (bounded !== permissionsBoundaryUsageCount) problems.push(`${arn} bounds ${bounded}`);
  }
  for (const { name, id } of groups) {
    const members = users
      .filter((user) => user.groupIds.includes(id))
      .map((user) => user.name)
      .sort();
    const listed = directory.getGroup({ groupName: name }).items.map((user) => user.userName);
    if (members.join() !== listed.join()) problems.push(`${name} lists ${listed.join()}`);
  }
  for (const { name, id } of users) {
    const keys = accessKeys.filter(({ userId }) => userId === id).length;
    if (directory.listAccessKeys({ userName: name }).items.length !== keys)
      problems.push(`${name} has ${keys} keys`);
  }
  return problems;
}

describe("any sequence of operations", () => {
  const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

  test.each(seeds)(
    "leaves nothing dangling, and a refused one changes nothing (seed %i)",
    (seed) => {
      const pick = randomOf(seed);
      const directory = testDirectory();
      const codes = new Map<string, number>();
      for (let round = 0; round < 250; round += 1) {
        const before = directory.snapshot();
        const step = STEPS[pick(STEPS.length)];
        try {
          step?.(directory, pick);
          codes.set("done", (codes.get("done") ?? 0) + 1);
        } catch (error) {
          if (!(error instanceof IamError)) throw error;
          codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
          expect(directory.snapshot()).toEqual(before);
        }
      }
      expect(problemsOf(directory)).toEqual([]);
      // The sequence is worth something only if enough of it was done.
      expect(codes.get("done")).toBeGreaterThan(50);

      const snapshot = directory.snapshot();
      const restored = restoreIamDirectory(
        JSON.parse(JSON.stringify(snapshot)) as typeof snapshot,
        countingIdentities(),
      );
      expect(restored.snapshot()).toEqual(snapshot);
      expect(problemsOf(restored)).toEqual([]);
      for (const { name } of snapshot.roles) {
        expect(restored.findRole(restored.getRole({ roleName: name }).arn)).toEqual(
          directory.findRole(directory.getRole({ roleName: name }).arn),
        );
      }
    },
  );
});

describe("snapshots", () => {
  test("one that was taken does not change with the directory, nor the directory with it", () => {
    const directory = testDirectory();
    directory.createUser({ userName: "alice" });
    const snapshot = directory.snapshot();
    const restored = restoreIamDirectory(snapshot, countingIdentities());
    restored.updateUser({ userName: "alice", newUserName: "bob" });
    directory.updateUser({ userName: "alice", newUserName: "carol" });
    expect(snapshot.users[0]?.name).toBe("alice");
    expect(restored.getUser({ userName: "bob" }).userName).toBe("bob");
  });

  test("they have the state of the account and not AWS's own policies", () => {
    expect(testDirectory().snapshot()).toEqual({
      formatVersion: 1,
      accountId: ACCOUNT,
      users: [],
      groups: [],
      roles: [],
      policies: [],
      accessKeys: [],
      openIdConnectProviders: [],
      deletionTasks: [],
    });
  });

  test("the summary counts what is there", () => {
    const directory = testDirectory();
    directory.createUser({ userName: "alice" });
    directory.createPolicy({ policyName: "p", policyDocument: ALLOW_ALL });
    expect(directory.getAccountSummary()).toMatchObject({
      Users: 1,
      UsersQuota: 5000,
      Groups: 0,
      Roles: 0,
      Policies: 1,
      AccessKeysPerUserQuota: 2,
    });
  });
});
