/** What roles may do: admin, which is no superuser, and the roles that it makes. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP_ARN, type Client, roleBench } from "./role-bench.ts";

const bench = roleBench();
let admin: Client;
let app: Client;
let owner: Client;

beforeAll(async () => {
  admin = await bench.admin();
  await admin.ask("CREATE ROLE app WITH LOGIN");
  await admin.ask("CREATE ROLE owner LOGIN");
  await admin.ask("CREATE TABLE t (n int)");
  app = await bench.unmapped("app");
  owner = await bench.unmapped("owner");
});

afterAll(() => bench.engine.stop());

/** The answer of a statement that gives no rows, in both protocols where it can be repeated. */
async function first(client: Client, sql: string): Promise<string> {
  return (await client.ask(sql))[0] ?? "";
}

describe("admin", () => {
  test("is as DSQL shows it", async () => {
    const sql =
      "SELECT concat_ws(' ', oid, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls) FROM pg_roles WHERE rolname = 'admin'";
    expect(await first(admin, sql)).toBe("D 15579 f t f t f f");
  });

  test("makes roles, which cannot log in unless that is said", async () => {
    expect(await admin.ask("CREATE ROLE plain")).toEqual(["C CREATE ROLE", "Z I"]);
    expect(await first(admin, "CREATE ROLE plain LOGIN")).toBe(
      'E 42710 role "plain" already exists',
    );
    const attributes =
      "SELECT concat_ws(' ', rolcanlogin, rolinherit) FROM pg_roles WHERE rolname = 'plain'";
    expect(await first(admin, attributes)).toBe("D f t");
    expect(await first(admin, "ALTER ROLE plain LOGIN NOINHERIT")).toBe("C ALTER ROLE");
    expect(await first(admin, attributes)).toBe("D t f");
    expect(await first(admin, "ALTER ROLE plain RENAME TO simple")).toBe("C ALTER ROLE");
    expect(await first(admin, "ALTER USER simple RESET ALL")).toBe("C ALTER ROLE");
    expect(await first(admin, "DROP USER simple")).toBe("C DROP ROLE");
    expect(await admin.ask("DROP ROLE IF EXISTS simple")).toEqual([
      'N 00000 role "simple" does not exist, skipping',
      "C DROP ROLE",
      "Z I",
    ]);
  });

  test("gives memberships of roles, to itself too, and takes them back", async () => {
    expect(await first(admin, "CREATE ROLE team ROLE app")).toBe("C CREATE ROLE");
    expect(await first(admin, "GRANT team TO admin")).toBe("C GRANT ROLE");
    expect(await first(app, "SELECT pg_has_role('team', 'MEMBER')")).toBe("D t");
    expect(await first(admin, "REVOKE team FROM app, admin")).toBe("C REVOKE ROLE");
    expect(await first(app, "SELECT pg_has_role('team', 'MEMBER')")).toBe("D f");
    expect(await first(admin, "DROP ROLE team")).toBe("C DROP ROLE");
  });

  test("makes a schema for a role only as its member", async () => {
    const make = "CREATE SCHEMA theirs AUTHORIZATION owner";
    expect(await first(admin, make)).toBe('E 42501 must be able to SET ROLE "owner"');
    await admin.ask("GRANT owner TO admin");
    expect(await first(admin, make)).toBe("C CREATE SCHEMA");
    await admin.ask("REVOKE owner FROM admin");
  });

  test("has no rights on what others have made, until it is given their role", async () => {
    expect(await first(owner, "CREATE TABLE theirs.mine (n int)")).toBe("C CREATE TABLE");
    const denied = "E 42501 permission denied for schema theirs";
    expect(await first(admin, "SELECT * FROM theirs.mine")).toBe(denied);
    expect(await first(admin, "GRANT SELECT ON theirs.mine TO app")).toBe(denied);
    expect(await first(admin, "DROP TABLE theirs.mine")).toBe(denied);
    await admin.ask("GRANT owner TO admin");
    expect(await first(admin, "SELECT * FROM theirs.mine")).toBe("C SELECT 0");
    await admin.ask("REVOKE owner FROM admin");
    expect(await first(admin, "SELECT * FROM theirs.mine")).toBe(denied);
    expect(await first(admin, "DROP ROLE owner")).toBe(
      'E 2BP01 role "owner" cannot be dropped because some objects depend on it',
    );
  });

  test("changes its own default privileges, and not those of others", async () => {
    expect(await first(admin, "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app")).toBe(
      "C ALTER DEFAULT PRIVILEGES",
    );
    await admin.ask("CREATE TABLE later (n int)");
    expect(await first(app, "SELECT * FROM later")).toBe("C SELECT 0");
    expect(
      await first(admin, "ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO app"),
    ).toBe("E 42501 permission denied to change default privileges");
    await admin.ask("ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM app");
  });

  test("grants on schemas of its own, and not on those that every cluster has", async () => {
    await admin.ask("CREATE SCHEMA shared");
    expect(await first(admin, "GRANT USAGE, CREATE ON SCHEMA shared TO app")).toBe("C GRANT");
    expect(await first(app, "CREATE TABLE shared.ours (n int)")).toBe("C CREATE TABLE");
    for (const schema of ["public", "sys", "pg_catalog"]) {
      expect(await first(admin, `GRANT USAGE ON SCHEMA ${schema} TO app`)).toBe(
        "E 0A000 feature not supported on system entity",
      );
    }
    expect(await first(admin, "GRANT CONNECT ON DATABASE postgres TO app")).toBe(
      "E 0A000 unsupported object type in GRANT",
    );
  });
});

describe("other roles", () => {
  test.each([
    ["CREATE ROLE r", "42501 permission denied to create role"],
    ["CREATE SCHEMA r", "42501 permission denied for database postgres"],
    ["CREATE TABLE r (n int)", "42501 permission denied for schema public"],
    ["CREATE VIEW r AS SELECT 1", "42501 permission denied for schema public"],
    ["CREATE SEQUENCE r CACHE 1", "42501 permission denied for schema public"],
    [
      "CREATE FUNCTION public.r() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "42501 permission denied for schema public",
    ],
    ["SELECT * FROM t", "42501 permission denied for table t"],
    ["INSERT INTO t VALUES (1)", "42501 permission denied for table t"],
    ["DROP TABLE t", "42501 must be owner of table t"],
    ["ALTER TABLE t ADD COLUMN x int", "42501 must be owner of table t"],
    ["ALTER ROLE app NOLOGIN", "42501 permission denied to alter role"],
    ["ALTER ROLE owner LOGIN", "42501 permission denied to alter role"],
    ["DROP ROLE owner", "42501 permission denied to drop role"],
    ["GRANT app TO owner", '42501 permission denied to grant role "app"'],
    ["GRANT SELECT ON t TO app", "42501 permission denied for table t"],
  ])("cannot %s", async (sql, error) => {
    expect(await app.ask(sql)).toEqual([`E ${error}`, "Z I"]);
    expect(await app.askExtended(sql)).toEqual([`E ${error}`, "Z I"]);
  });

  test("get what is granted with the next transaction, and lose it so", async () => {
    await admin.ask("GRANT SELECT ON t TO app");
    expect(await first(app, "SELECT * FROM t")).toBe("C SELECT 0");
    await app.ask("BEGIN");
    await app.ask("SELECT * FROM t");
    const revoked = admin.ask("REVOKE SELECT ON t FROM app");
    expect(await first(app, "SELECT * FROM t")).toBe("C SELECT 0");
    await app.ask("COMMIT");
    expect(await revoked).toEqual(["C REVOKE", "Z I"]);
    expect(await first(app, "SELECT * FROM t")).toBe("E 42501 permission denied for table t");
    await admin.ask("BEGIN; GRANT SELECT ON t TO app; ROLLBACK");
    expect(await first(app, "SELECT * FROM t")).toBe("E 42501 permission denied for table t");
  });

  test("take another role for a transaction, if they are its members", async () => {
    const take = "BEGIN; SET LOCAL ROLE owner; SELECT current_user || ' ' || session_user";
    expect((await app.ask(take)).at(-2)).toBe('E 42501 permission denied to set role "owner"');
    await app.ask("ROLLBACK");
    await admin.ask("GRANT owner TO app");
    expect((await app.ask(take)).at(-3)).toBe("D owner app");
    await app.ask("COMMIT");
    expect(await first(app, "SELECT current_user")).toBe("D app");
    await admin.ask("REVOKE owner FROM app");
  });

  test("have names with capitals and other letters, which are compared exactly", async () => {
    const names = ["Admin", 'a "b"', "größe", "current_user"];
    for (const name of names) {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      const sql = `CREATE ROLE ${quoted} LOGIN; AWS IAM GRANT ${quoted} TO '${APP_ARN}'`;
      expect((await admin.ask(sql)).slice(-2)).toEqual(["C AWS IAM GRANT", "Z I"]);
      const session = await bench.mapped(name);
      expect(await first(session, "SELECT session_user")).toBe(`D ${name}`);
    }
    expect(await bench.engine.isMapped(APP_ARN, "admin")).toBe(false);
    expect(await bench.engine.isMapped(APP_ARN, "GRÖSSE")).toBe(false);
  });
});
