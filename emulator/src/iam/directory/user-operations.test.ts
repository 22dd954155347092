import { describe, expect, test } from "vitest";
import { ACCOUNT, testDirectory } from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const alice = { userName: "alice" };

describe("users", () => {
  test("a user is made with id, ARN and the time in whole seconds", () => {
    const directory = testDirectory();
    const tags = [{ key: "team", value: "blue" }];
    const user = directory.createUser({
      ...alice,
      path: "/apps/web/",
      permissionsBoundary: ADMIN,
      tags,
    });
    expect(user).toEqual({
      path: "/apps/web/",
      userName: "alice",
      userId: "AIDA00000000000000001",
      arn: `arn:aws:iam::${ACCOUNT}:user/apps/web/alice`,
      createDate: new Date("2026-03-01T12:00:00Z"),
      permissionsBoundary: {
        permissionsBoundaryType: "Policy",
        permissionsBoundaryArn: ADMIN,
      },
      tags,
    });
    expect(directory.getUser(alice)).toEqual(user);
  });

  test("a user is found by its name in any case and shown as it was made", () => {
    const directory = testDirectory();
    directory.createUser({ userName: "Alice" });
    expect(directory.getUser({ userName: "ALICE" }).userName).toBe("Alice");
  });

  test("a new name and path keep the id", () => {
    const directory = testDirectory();
    const before = directory.createUser(alice);
    directory.updateUser({ ...alice, newUserName: "bob", newPath: "/x/" });
    expect(directory.getUser({ userName: "bob" })).toEqual({
      ...before,
      userName: "bob",
      path: "/x/",
      arn: `arn:aws:iam::${ACCOUNT}:user/x/bob`,
    });
    expect(() => directory.getUser(alice)).toThrow("The user with name alice cannot be found.");
  });

  test("a name may change its case only", () => {
    const directory = testDirectory();
    directory.createUser(alice);
    directory.updateUser({ ...alice, newUserName: "ALICE" });
    expect(directory.getUser(alice).userName).toBe("ALICE");
  });

  test("a user that is made again has another id", () => {
    const directory = testDirectory();
    const first = directory.createUser(alice);
    directory.deleteUser(alice);
    const second = directory.createUser(alice);
    expect(second.arn).toBe(first.arn);
    expect(second.userId).not.toBe(first.userId);
  });

  test("lists are sorted by name, of one path, in pages", () => {
    const directory = testDirectory();
    for (const userName of ["carol", "Alice", "bob"]) {
      directory.createUser({ userName, path: "/a/" });
    }
    directory.createUser({ userName: "aaron", path: "/b/" });
    const first = directory.listUsers({ pathPrefix: "/a/", maxItems: 2 });
    expect(first.items.map(({ userName }) => userName)).toEqual(["Alice", "bob"]);
    expect(first.isTruncated).toBe(true);
    const second = directory.listUsers({ pathPrefix: "/a/", marker: first.marker });
    expect(second.items.map(({ userName }) => userName)).toEqual(["carol"]);
    expect(second).not.toHaveProperty("marker");
    expect(second.isTruncated).toBe(false);
  });

  test("tags replace those with the same key in any case", () => {
    const directory = testDirectory();
    directory.createUser({ ...alice, tags: [{ key: "Team", value: "blue" }] });
    directory.tagUser({
      ...alice,
      tags: [
        { key: "team", value: "red" },
        { key: "env", value: "" },
      ],
    });
    expect(directory.listUserTags(alice).items).toEqual([
      { key: "env", value: "" },
      { key: "team", value: "red" },
    ]);
    directory.untagUser({ ...alice, tagKeys: ["TEAM", "unknown"] });
    expect(directory.getUser(alice).tags).toEqual([{ key: "env", value: "" }]);
  });

  test("a boundary is put, replaced and taken away", () => {
    const directory = testDirectory();
    directory.createUser({ ...alice, permissionsBoundary: ADMIN });
    const other = "arn:aws:iam::aws:policy/AmazonAuroraDSQLFullAccess";
    directory.putUserPermissionsBoundary({ ...alice, permissionsBoundary: other });
    const usage = (policyArn: string): number =>
      directory.getPolicy({ policyArn }).permissionsBoundaryUsageCount;
    expect([usage(ADMIN), usage(other)]).toEqual([0, 1]);
    directory.deleteUserPermissionsBoundary(alice);
    expect(directory.getUser(alice)).not.toHaveProperty("permissionsBoundary");
    expect(usage(other)).toBe(0);
  });

  test("fifty tags are allowed", () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: "v" }));
    expect(testDirectory().createUser({ ...alice, tags }).tags).toHaveLength(50);
  });

  const names = ["a", "A".repeat(64), "a+=,.@_-9"];
  test.each(names)("`%s` is a name", (userName) => {
    expect(testDirectory().createUser({ userName }).userName).toBe(userName);
  });

  const paths = ["/", "/a/", "/a/b/", "/!~/", `/${"a".repeat(510)}/`];
  test.each(paths)("`%s` is a path", (path) => {
    expect(testDirectory().createUser({ ...alice, path }).path).toBe(path);
  });
});
