import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  oneViolation,
  testDirectory,
  testRefusals,
  times,
  TRUST,
} from "../../../test/support/iam-directory.ts";
import type { AuthorizationDetails } from "./account-authorization-details.ts";
import type { IamDirectory } from "./iam-directory.ts";

const IAM = `arn:aws:iam::${ACCOUNT}`;
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
const CREATED = new Date("2026-03-01T12:00:00.000Z");
const alice = { userName: "alice" };
const devs = { groupName: "devs" };
const app = { roleName: "app" };
const INLINE = { policyName: "i", policyDocument: ALLOW_ALL };
const OWN = { policyName: "own", policyArn: `${IAM}:policy/p/own` };
const DENY = ALLOW_ALL.replace("Allow", "Deny");

function fullDirectory(): IamDirectory {
  const directory = testDirectory();
  directory.createPolicy({ policyName: "own", path: "/p/", policyDocument: ALLOW_ALL });
  directory.createPolicyVersion({ ...OWN, policyDocument: DENY, setAsDefault: true });
  directory.createGroup({ ...devs, path: "/g/" });
  directory.putGroupPolicy({ ...devs, ...INLINE });
  directory.createUser({ ...alice, permissionsBoundary: READ_ONLY });
  directory.tagUser({ ...alice, tags: [{ key: "team", value: "blue" }] });
  directory.addUserToGroup({ ...alice, ...devs });
  directory.putUserPolicy({ ...alice, ...INLINE });
  directory.attachUserPolicy({ ...alice, ...OWN });
  directory.createRole({ ...app, assumeRolePolicyDocument: TRUST, maxSessionDuration: 7200 });
  directory.attachRolePolicy({ ...app, ...OWN });
  return directory;
}

/** The names of what a page shows, in its order. */
function namesOf(details: AuthorizationDetails): readonly string[] {
  return [
    ...details.userDetailList.map(({ userName }) => `user ${userName}`),
    ...details.groupDetailList.map(({ groupName }) => `group ${groupName}`),
    ...details.roleDetailList.map(({ roleName }) => `role ${roleName}`),
    ...details.policies.map(({ policyName }) => `policy ${policyName}`),
  ];
}

describe("the details of an account", () => {
  const details = fullDirectory().getAccountAuthorizationDetails({});
  const attachedManagedPolicies = [{ policyName: "own", policyArn: OWN.policyArn }];

  test("have a user with its groups, policies and boundary", () => {
    expect(details.userDetailList).toEqual([
      {
        ...fullDirectory().getUser(alice),
        userPolicyList: [INLINE],
        groupList: ["devs"],
        attachedManagedPolicies,
      },
    ]);
  });

  test("have a group with its policies", () => {
    expect(details.groupDetailList).toEqual([
      {
        ...fullDirectory().getGroup(devs).group,
        groupPolicyList: [INLINE],
        attachedManagedPolicies: [],
      },
    ]);
  });

  test("have a role with its policies", () => {
    expect(details.roleDetailList).toEqual([
      {
        ...fullDirectory().getRole(app),
        instanceProfileList: [],
        rolePolicyList: [],
        attachedManagedPolicies,
      },
    ]);
  });

  test("have a policy with all its versions, the newest first", () => {
    expect(details.policies[1]).toEqual({
      ...fullDirectory().getPolicy(OWN),
      policyVersionList: [
        { document: DENY, versionId: "v2", isDefaultVersion: true, createDate: CREATED },
        { document: ALLOW_ALL, versionId: "v1", isDefaultVersion: false, createDate: CREATED },
      ],
    });
  });

  test("have of AWS's policies those that are attached or a boundary", () => {
    expect(namesOf(details)).toEqual([
      "user alice",
      "group devs",
      "role app",
      "policy AmazonAuroraDSQLReadOnlyAccess",
      "policy own",
    ]);
    const directory = testDirectory();
    expect(namesOf(directory.getAccountAuthorizationDetails({}))).toEqual([]);
    directory.createUser(alice);
    directory.attachUserPolicy({ ...alice, policyArn: READ_ONLY });
    expect(namesOf(directory.getAccountAuthorizationDetails({}))[1]).toBe(
      "policy AmazonAuroraDSQLReadOnlyAccess",
    );
  });

  test.each<[filter: readonly string[], names: readonly string[]]>([
    [["User"], ["user alice"]],
    [["Group"], ["group devs"]],
    [["Role"], ["role app"]],
    [["LocalManagedPolicy"], ["policy own"]],
    [["AWSManagedPolicy"], ["policy AmazonAuroraDSQLReadOnlyAccess"]],
    [
      ["Role", "User"],
      ["user alice", "role app"],
    ],
  ])("are filtered by %s", (filter, names) => {
    expect(namesOf(fullDirectory().getAccountAuthorizationDetails({ filter }))).toEqual(names);
  });

  test("come page by page, each thing once", () => {
    const directory = fullDirectory();
    times(5, (index) => directory.createUser({ userName: `u${index}` }));
    const seen: string[] = [];
    let pages = 0;
    let marker: string | undefined;
    do {
      const page = directory.getAccountAuthorizationDetails({ maxItems: 3, marker });
      expect(namesOf(page).length).toBeLessThanOrEqual(3);
      seen.push(...namesOf(page));
      ({ marker } = page);
      expect(page.isTruncated).toBe(marker !== undefined);
      pages += 1;
    } while (marker !== undefined);
    expect(pages).toBe(4);
    const all = namesOf(directory.getAccountAuthorizationDetails({}));
    expect([...seen].sort()).toEqual([...all].sort());
    expect(seen).toHaveLength(10);
  });
});

describe("the operation", () => {
  testRefusals([
    {
      rule: "a filter that there is not",
      when: (directory) => directory.getAccountAuthorizationDetails({ filter: ["User", "Key"] }),
      code: "ValidationError",
      message: oneViolation(
        "'Key'",
        "filter.2.member",
        "satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy]",
      ),
    },
    {
      rule: "a marker that is none",
      when: (directory) => directory.getAccountAuthorizationDetails({ marker: "x" }),
      code: "ValidationError",
      message: "Invalid Marker.",
    },
  ]);
});
