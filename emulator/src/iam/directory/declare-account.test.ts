import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../../test/fixtures/random-numbers.ts";
import { ACCOUNT, countingIdentities, TRUST } from "../../../test/support/iam-directory.ts";
import { declareAccount, type DeclaredArns } from "./declare-account.ts";
import type { DeclaredAccount, DeclaredRole, DeclaredUser } from "./declared-account.ts";
import { describeAccount } from "./describe-account.ts";
import { createIamDirectory, type IamDirectory, restoreIamDirectory } from "./iam-directory.ts";

const NOBODY: DeclaredAccount = {
  accountId: ACCOUNT,
  users: [],
  groups: [],
  roles: [],
  policies: [],
  oidcProviders: [],
};
const DOCUMENT = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const OWN = `arn:aws:iam::${ACCOUNT}:policy/own`;

function user(name: string, more: Partial<DeclaredUser> = {}): DeclaredUser {
  return {
    name,
    path: "/",
    policies: [],
    managedPolicies: [],
    accessKeys: [],
    groups: [],
    tags: {},
    mfaDevices: [],
    ...more,
  };
}

function role(name: string, more: Partial<DeclaredRole> = {}): DeclaredRole {
  const trustPolicy = JSON.parse(TRUST) as Record<string, unknown>;
  const rest = { policies: [], managedPolicies: [], tags: {}, maxSessionDuration: 3600 };
  return { name, path: "/", trustPolicy, ...rest, ...more };
}

const own = {
  name: "own",
  path: "/",
  versions: [{ id: "v1", document: DOCUMENT, isDefault: true }],
  tags: {},
};
const group = (name: string) => ({ name, path: "/", policies: [], managedPolicies: [] });
const key = (id: string) => ({ id, secret: `fake-secret-of-${id}`, status: "Active" as const });

/** An emulator's account over its starts: what is declared at each, and calls of the API between. */
class Life {
  #arns: DeclaredArns | undefined;
  directory: IamDirectory = createIamDirectory(ACCOUNT, countingIdentities());

  start(declared: Partial<DeclaredAccount>, now = "2026-01-02T03:04:05.678Z"): this {
    const { snapshot, arns } = declareAccount(
      { ...NOBODY, ...declared },
      {
        now: new Date(now),
        idFor: (prefix, arn) => `${prefix}OF${arn}`,
        stored: this.directory.snapshot(),
        declaredBefore: this.#arns,
      },
    );
    this.#arns = arns;
    this.directory = restoreIamDirectory(snapshot, countingIdentities());
    return this;
  }

  /** Users by name, with their ids and keys. */
  users(): unknown {
    const { users, accessKeys } = this.directory.snapshot();
    return users.map(({ name, id }) => [
      name,
      id,
      accessKeys.filter(({ userId }) => userId === id).map(({ accessKeyId }) => accessKeyId),
    ]);
  }
}

const ALICE_ID = `AIDAOFarn:aws:iam::${ACCOUNT}:user/alice`;

describe("declared accounts", () => {
  test("what is declared keeps its id and age over starts, and is as it is declared", () => {
    const life = new Life().start({ users: [user("alice", { tags: { a: "1" } })] });
    life.directory.tagUser({ userName: "alice", tags: [{ key: "made", value: "by API" }] });
    life.start({ users: [user("alice", { tags: { a: "2" } })] }, "2027-01-01T00:00:00Z");
    expect(life.directory.snapshot().users).toEqual([
      {
        name: "alice",
        path: "/",
        id: ALICE_ID,
        createDate: "2026-01-02T03:04:05.000Z",
        inlinePolicies: [],
        attachedPolicies: [],
        tags: [{ key: "a", value: "2" }],
        groupIds: [],
      },
    ]);
  });

  test("what the API made stays; what is no longer declared is gone, with its keys", () => {
    const life = new Life().start({
      users: [user("alice", { accessKeys: [key("AKIAFAKEFAKEFAKE0001")] })],
    });
    life.directory.createUser({ userName: "made" });
    const { accessKeyId } = life.directory.createAccessKey({ userName: "made" });
    const made = (life.users() as unknown[])[1];
    life.start({ users: [user("bob")] });
    expect(life.users()).toEqual([made, ["bob", `AIDAOFarn:aws:iam::${ACCOUNT}:user/bob`, []]]);
    expect(life.directory.findAccessKey("AKIAFAKEFAKEFAKE0001")).toBeUndefined();
    expect(life.directory.findAccessKey(accessKeyId)?.user.userName).toBe("made");
  });

  test("one that the API deleted comes back at the next start", () => {
    const life = new Life().start({ users: [user("alice")] });
    life.directory.deleteUser({ userName: "alice" });
    expect(life.users()).toEqual([]);
    life.start({ users: [user("alice")] });
    expect(life.users()).toEqual([["alice", ALICE_ID, []]]);
  });

  test("one that the API renamed or moved gets its name back, and is there once", () => {
    const declared = {
      users: [user("alice", { accessKeys: [key("AKIAFAKEFAKEFAKE0001")] })],
      groups: [group("devs")],
    };
    const life = new Life().start(declared);
    life.directory.updateUser({ userName: "alice", newUserName: "mallory", newPath: "/x/" });
    life.directory.updateGroup({ groupName: "devs", newGroupName: "ops" });
    life.start(declared);
    expect(life.users()).toEqual([["alice", ALICE_ID, ["AKIAFAKEFAKEFAKE0001"]]]);
    expect(life.directory.snapshot().groups.map(({ name }) => name)).toEqual(["devs"]);
    expect(() => life.directory.getUser({ userName: "mallory" })).toThrow(
      "The user with name mallory cannot be found.",
    );
    expect(life.directory.snapshot().accessKeys).toHaveLength(1);
  });

  test("one that the API made first under that name is as it is declared, with its id", () => {
    const life = new Life().start({});
    const { userId } = life.directory.createUser({ userName: "Alice", path: "/made/" });
    const { roleId } = life.directory.createRole({
      roleName: "App",
      path: "/made/",
      assumeRolePolicyDocument: TRUST,
    });
    const policyDocument = JSON.stringify(DOCUMENT);
    life.directory.createPolicy({ policyName: "Own", path: "/made/", policyDocument });
    life.start({ users: [user("alice")], roles: [role("app")], policies: [own] });
    expect(life.users()).toEqual([["alice", userId, []]]);
    const { roles, policies } = life.directory.snapshot();
    expect(roles.map(({ name, path, id }) => [name, path, id])).toEqual([["app", "/", roleId]]);
    expect(policies.map(({ arn }) => arn)).toEqual([OWN]);
  });

  test("members and attachments of what is gone are gone; a boundary stays, and allows nothing", () => {
    const life = new Life().start({ groups: [group("devs")], policies: [own] });
    life.directory.createUser({ userName: "made", permissionsBoundary: OWN });
    life.directory.addUserToGroup({ groupName: "devs", userName: "made" });
    life.directory.attachUserPolicy({ userName: "made", policyArn: OWN });
    life.start({ groups: [group("devs")], policies: [own] });
    expect(life.directory.listGroupsForUser({ userName: "made" }).items).toHaveLength(1);
    life.start({});
    const [made] = life.directory.snapshot().users;
    expect(made).toMatchObject({ groupIds: [], attachedPolicies: [], permissionsBoundary: OWN });
    const policies = life.directory.effectivePolicies(`arn:aws:iam::${ACCOUNT}:user/made`);
    expect(policies?.boundary?.document.statements).toEqual([]);
  });

  test("a name of a key is nobody else's when it is declared", () => {
    const life = new Life().start({});
    life.directory.createUser({ userName: "made" });
    const { accessKeyId } = life.directory.createAccessKey({ userName: "made" });
    life.start({ users: [user("alice", { accessKeys: [key(accessKeyId)] })] });
    expect(life.directory.findAccessKey(accessKeyId)?.user.userName).toBe("alice");
    expect(life.directory.listAccessKeys({ userName: "made" }).items).toEqual([]);
  });

  test("a role keeps when it was used", () => {
    const life = new Life().start({ roles: [role("app")] });
    life.directory.recordRoleUse(`arn:aws:iam::${ACCOUNT}:role/app`, "eu-west-1");
    life.start({ roles: [role("app", { description: "new" })] });
    expect(life.directory.getRole({ roleName: "app" })).toMatchObject({
      description: "new",
      roleLastUsed: { region: "eu-west-1" },
    });
  });
});

describe("what is described is what was declared", () => {
  const random = randomNumbers(20_260_201);
  const chance = (): boolean => random() < 0.5;
  const some = <Value>(values: readonly Value[]): readonly Value[] => values.filter(chance);
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value =>
    values[Math.floor(random() * values.length)] ?? values[0];

  function randomEntity(name: string) {
    const statement = {
      Effect: pick(["Allow", "Deny"]),
      Action: pick(["a:*", "dsql:DbConnect"]),
      Resource: "*",
    };
    return {
      name,
      path: pick(["/", "/team/", "/a/b/"]),
      policies: some(["one", "two"]).map((policy) => ({
        name: policy,
        document: { Version: "2012-10-17", Statement: [statement] },
      })),
      managedPolicies: some([OWN, "arn:aws:iam::aws:policy/AdministratorAccess"]),
    };
  }

  function randomTags(): Record<string, string> {
    return Object.fromEntries(
      some(["a", "B", "__proto__", "1"]).map((name) => [name, pick(["", "x", "ü"])]),
    );
  }

  function randomAccount(): DeclaredAccount {
    const groups = some(["devs", "ops"]).map(randomEntity);
    const bounded = (): object => (chance() ? { permissionsBoundary: OWN } : {});
    return {
      accountId: ACCOUNT,
      groups,
      users: some(["alice", "Bob", "c@d"]).map((name, at) => ({
        ...randomEntity(name),
        accessKeys: some([
          key(`AKIAFAKE${at}FAKEFAKE001`),
          { ...key(`AKIAFAKE${at}FAKEFAKE002`), status: "Inactive" as const },
        ]),
        groups: some(groups.map((one) => one.name)),
        ...bounded(),
        tags: randomTags(),
        mfaDevices: some([{ serialNumber: `device-${at}`, seed: "GEZDGNBVGY3TQOJQ" }]),
      })),
      roles: some(["app", "job"]).map((name) => ({
        ...randomEntity(name),
        trustPolicy: JSON.parse(TRUST) as Record<string, unknown>,
        maxSessionDuration: pick([3600, 43_200]),
        ...bounded(),
        tags: randomTags(),
        ...(chance() ? { description: "words" } : {}),
        ...(chance() ? { linkedService: "dsql.amazonaws.com" } : {}),
      })),
      policies: [
        {
          ...own,
          versions: [
            { id: "v2", document: DOCUMENT, isDefault: false },
            { id: "v5", document: DOCUMENT, isDefault: true },
          ],
          tags: randomTags(),
          ...(chance() ? { description: "words" } : {}),
        },
      ],
      oidcProviders: some(["https://id.example.com", "https://id.example.com/a"]).map((url) => ({
        url,
        clientIds: some(["x", "y"]),
        thumbprints: some(["a".repeat(40)]),
        tags: randomTags(),
        ...(chance() ? { keys: { jwks: { keys: [] } } } : {}),
      })),
    };
  }

  test("of 300 random accounts, over a second start too", () => {
    for (let round = 0; round < 300; round += 1) {
      const declared = randomAccount();
      const life = new Life().start(declared);
      expect(describeAccount(life.directory.snapshot())).toEqual(declared);
      const once = life.directory.snapshot();
      life.start(declared, "2030-01-01T00:00:00Z");
      expect(life.directory.snapshot()).toEqual(once);
    }
  });
});
