import { describe, expect, test } from "vitest";
import {
  oneViolation,
  type Refusal,
  START,
  testDirectory,
  testRefusals,
  times,
} from "../../../test/support/iam-directory.ts";

const alice = { userName: "alice" };
const FIRST_KEY = "AKIA0000000000000002";

describe("access keys", () => {
  test("a key is made with its secret, which is not shown again", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    const key = directory.createAccessKey(alice);
    const metadata = {
      userName: "alice",
      accessKeyId: FIRST_KEY,
      status: "Active",
      createDate: new Date("2026-03-01T12:00:00Z"),
    };
    expect(key).toEqual({
      ...metadata,
      secretAccessKey: "FAKE-SECRET-0000000000000000000000000003",
    });
    expect(directory.listAccessKeys(alice)).toEqual({ items: [metadata], isTruncated: false });
  });

  test("a key is switched off and on", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    const { accessKeyId } = directory.createAccessKey(alice);
    directory.updateAccessKey({ ...alice, accessKeyId, status: "Inactive" });
    expect(directory.findAccessKey(accessKeyId)?.status).toBe("Inactive");
    directory.updateAccessKey({ ...alice, accessKeyId, status: "Active" });
    expect(directory.findAccessKey(accessKeyId)?.status).toBe("Active");
  });

  test("a deleted key is found no more and leaves room for another", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    times(2, () => directory.createAccessKey(alice));
    directory.deleteAccessKey({ ...alice, accessKeyId: FIRST_KEY });
    expect(directory.findAccessKey(FIRST_KEY)).toBeUndefined();
    expect(directory.createAccessKey(alice).status).toBe("Active");
  });

  test("a key that was never used says N/A", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.createAccessKey(alice);
    expect(directory.getAccessKeyLastUsed({ accessKeyId: FIRST_KEY })).toEqual({
      userName: "alice",
      accessKeyLastUsed: { serviceName: "N/A", region: "N/A" },
    });
  });

  test("the last use has time, service and region", () => {
    const clock = { now: START };
    const directory = testDirectory(clock);
    directory.createUser(alice);
    directory.createAccessKey(alice);
    clock.now = new Date("2026-03-02T00:00:00Z");
    directory.recordKeyUse(FIRST_KEY, { service: "dsql", region: "eu-west-1" });
    directory.recordKeyUse("AKIAUNKNOWN000000000", { service: "dsql", region: "eu-west-1" });
    expect(directory.getAccessKeyLastUsed({ accessKeyId: FIRST_KEY }).accessKeyLastUsed).toEqual({
      lastUsedDate: clock.now,
      serviceName: "dsql",
      region: "eu-west-1",
    });
  });

  test("a key follows its user to another name", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.createAccessKey(alice);
    directory.updateUser({ ...alice, newUserName: "bob" });
    expect(directory.findAccessKey(FIRST_KEY)?.user.userName).toBe("bob");
    expect(directory.listAccessKeys({ userName: "bob" }).items).toHaveLength(1);
  });
});

describe("access keys: what is refused", () => {
  const given: Refusal["given"] = (d) => {
    d.createUser(alice);
    d.createAccessKey(alice);
    d.createUser({ userName: "bob" });
  };
  const bobs = { userName: "bob", accessKeyId: FIRST_KEY };
  const unknown = { accessKeyId: "AKIAUNKNOWN000000000" };
  const missing = (id: string): string => `The Access Key with id ${id} cannot be found.`;
  testRefusals([
    {
      rule: "a third key",
      given: (d) => {
        given(d);
        d.createAccessKey(alice);
      },
      when: (d) => d.createAccessKey(alice),
      code: "LimitExceeded",
      message: "Cannot exceed quota for AccessKeysPerUser: 2",
    },
    {
      rule: "to delete a key of another user",
      given,
      when: (d) => {
        d.deleteAccessKey(bobs);
      },
      code: "NoSuchEntity",
      message: missing(FIRST_KEY),
    },
    {
      rule: "to change a key of another user",
      given,
      when: (d) => {
        d.updateAccessKey({ ...bobs, status: "Inactive" });
      },
      code: "NoSuchEntity",
      message: missing(FIRST_KEY),
    },
    {
      rule: "to delete a key that is not there",
      given,
      when: (d) => {
        d.deleteAccessKey({ ...alice, ...unknown });
      },
      code: "NoSuchEntity",
      message: missing(unknown.accessKeyId),
    },
    {
      rule: "the last use of a key that is not there",
      given,
      when: (d) => d.getAccessKeyLastUsed(unknown),
      code: "NoSuchEntity",
      message: missing(unknown.accessKeyId),
    },
    {
      rule: "another status",
      given,
      when: (d) => {
        d.updateAccessKey({ ...alice, accessKeyId: FIRST_KEY, status: "Off" });
      },
      code: "ValidationError",
      message: oneViolation("'Off'", "status", "satisfy enum value set: [Active, Inactive]"),
    },
    {
      rule: "a key id of 15 characters",
      given,
      when: (d) => d.getAccessKeyLastUsed({ accessKeyId: "A".repeat(15) }),
      code: "ValidationError",
      message: oneViolation(
        `'${"A".repeat(15)}'`,
        "accessKeyId",
        "have length greater than or equal to 16",
      ),
    },
    {
      rule: "a key id with a dash",
      given,
      when: (d) => d.getAccessKeyLastUsed({ accessKeyId: "AKIA-000000000000000" }),
      code: "ValidationError",
      message: oneViolation(
        "'AKIA-000000000000000'",
        "accessKeyId",
        "satisfy regular expression pattern: [\\w]+",
      ),
    },
  ]);
});
