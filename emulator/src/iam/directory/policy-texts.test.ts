import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  countingIdentities,
  testDirectory,
  TRUST,
} from "../../../test/support/iam-directory.ts";
import { type IamDirectory, restoreIamDirectory } from "./iam-directory.ts";

const IAM = `arn:aws:iam::${ACCOUNT}`;
const ALICE = `${IAM}:user/alice`;
const DEVS = `${IAM}:group/devs`;
const APP = `${IAM}:role/app`;
const DENY = ALLOW_ALL.replace("Allow", "Deny");
const own = { policyArn: `${IAM}:policy/own` };

function filledDirectory(): IamDirectory {
  const directory = testDirectory();
  directory.createPolicy({ policyName: "own", policyDocument: ALLOW_ALL });
  directory.createPolicyVersion({ ...own, policyDocument: DENY, setAsDefault: true });
  directory.createUser({ userName: "alice", permissionsBoundary: own.policyArn });
  directory.createGroup({ groupName: "devs" });
  directory.addUserToGroup({ userName: "alice", groupName: "devs" });
  directory.putUserPolicy({ userName: "alice", policyName: "i", policyDocument: ALLOW_ALL });
  directory.attachUserPolicy({ userName: "alice", ...own });
  directory.putGroupPolicy({ groupName: "devs", policyName: "g", policyDocument: DENY });
  directory.createRole({ roleName: "app", assumeRolePolicyDocument: TRUST });
  directory.attachRolePolicy({ roleName: "app", ...own });
  return directory;
}

describe("policies with their texts", () => {
  test.each([ALICE, APP])("are those that decide on the requests of %s", (arn) => {
    const directory = filledDirectory();
    const { identity = [], boundary } = directory.policyTextsOf(arn) ?? {};
    const decide = directory.effectivePolicies(arn);
    expect(identity.map(({ document, source }) => ({ document, source }))).toEqual(
      decide?.identity,
    );
    expect(boundary?.document).toEqual(decide?.boundary?.document);
    expect(boundary?.source).toEqual(decide?.boundary?.source);
  });

  test("name what they are attached to, of a managed one the default version", () => {
    const { kind, identity = [], boundary } = filledDirectory().policyTextsOf(ALICE) ?? {};
    const alice = { kind: "user", name: "alice" };
    expect(kind).toBe("user");
    expect(identity.map(({ owner, text }) => ({ owner, text }))).toEqual([
      { owner: alice, text: ALLOW_ALL },
      { owner: alice, text: DENY },
      { owner: { kind: "group", name: "devs" }, text: DENY },
    ]);
    expect(boundary).toMatchObject({ owner: alice, text: DENY });
  });

  test("are those of a group too", () => {
    expect(filledDirectory().policyTextsOf(DEVS)).toMatchObject({
      kind: "group",
      identity: [{ source: { kind: "inline", name: "g", attachedTo: DEVS }, text: DENY }],
      boundary: undefined,
    });
  });

  test("have an empty boundary where its policy is gone", () => {
    const snapshot = filledDirectory().snapshot();
    const gone = restoreIamDirectory({ ...snapshot, policies: [] }, countingIdentities());
    expect(gone.policyTextsOf(ALICE)?.boundary?.document.statements).toEqual([]);
  });

  test("exist for an ARN in its exact spelling only", () => {
    const directory = filledDirectory();
    const arns = [`${IAM}:user/Alice`, `${IAM}:role/alice`, `${IAM}:group/x/devs`, "alice", ""];
    expect(arns.map((arn) => directory.policyTextsOf(arn))).toEqual(arns.map(() => undefined));
  });
});
