import { expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";

function refusalOf(sql: string): string | undefined {
  const [first] = inspectQuery(sql).replaced;
  return first !== undefined && "message" in first
    ? `${first.sqlState} ${first.message}`
    : undefined;
}

const option = (name: string, statement = "CREATE ROLE"): string =>
  `0A000 ${name} option not supported for ${statement}`;
const OBJECT_TYPE = "0A000 unsupported object type in GRANT";
const SYSTEM_ENTITY = "0A000 feature not supported on system entity";
const UNALTERABLE = "42501 permission denied to alter role";

test.each([
  ["CREATE ROLE r SUPERUSER", option("SUPERUSER")],
  ["CREATE ROLE r WITH LOGIN NOSUPERUSER", option("NOSUPERUSER")],
  ['create user "R" login createdb', option("CREATEDB")],
  ["CREATE ROLE r ROLE a, password, b CREATEROLE", option("CREATEROLE")],
  ["CREATE ROLE r IN ROLE a, b ADMIN c REPLICATION", option("REPLICATION")],
  ["CREATE GROUP r NOINHERIT NOBYPASSRLS", option("NOBYPASSRLS")],
  ["CREATE ROLE password PASSWORD 'fake'", option("PASSWORD")],
  ["ALTER ROLE r ENCRYPTED PASSWORD 'fake'", option("PASSWORD", "ALTER ROLE")],
  ["ALTER USER r WITH CONNECTION LIMIT 3", option("CONNECTION LIMIT", "ALTER ROLE")],
  ["ALTER ROLE r LOGIN VALID UNTIL 'infinity'", option("VALID UNTIL", "ALTER ROLE")],
  ["ALTER ROLE r SET search_path = a", "0A000 ALTER ROLE ... SET not supported"],
  [
    "ALTER ROLE r IN DATABASE postgres SET timezone = 'UTC'",
    "0A000 ALTER ROLE ... SET not supported",
  ],
  ["ALTER ROLE admin LOGIN", UNALTERABLE],
  ['ALTER USER "admin" RESET ALL', UNALTERABLE],
  ["ALTER ROLE Admin RENAME TO other", UNALTERABLE],
  ["ALTER GROUP admin ADD USER r", UNALTERABLE],
  ["GRANT CONNECT ON DATABASE postgres TO r", OBJECT_TYPE],
  ['REVOKE ALL ON DATABASE "postgres" FROM r', OBJECT_TYPE],
  ["GRANT USAGE ON LANGUAGE sql TO r", OBJECT_TYPE],
  ["GRANT USAGE ON FOREIGN SERVER s TO r", OBJECT_TYPE],
  ["GRANT SELECT ON LARGE OBJECT 1 TO r", OBJECT_TYPE],
  ["GRANT SET ON PARAMETER work_mem TO r", OBJECT_TYPE],
  ["GRANT USAGE ON SCHEMA public TO r", SYSTEM_ENTITY],
  ['GRANT CREATE ON SCHEMA app, "public" TO r', SYSTEM_ENTITY],
  ["REVOKE ALL ON SCHEMA sys FROM PUBLIC", SYSTEM_ENTITY],
])("%s is refused", (sql, refusal) => {
  expect(refusalOf(sql)).toBe(refusal);
});

test.each([
  "CREATE ROLE r",
  "CREATE ROLE superuser WITH LOGIN NOINHERIT ADMIN createdb",
  "CREATE ROLE r IN GROUP password, valid",
  "ALTER ROLE r NOLOGIN INHERIT",
  "ALTER ROLE r RESET ALL",
  "ALTER ROLE r RENAME TO password",
  'ALTER ROLE "Admin" LOGIN',
  "DROP ROLE IF EXISTS a, password",
  "GRANT admin TO r",
  "GRANT a, b TO c WITH ADMIN OPTION",
  "GRANT SELECT (database), UPDATE ON t TO r",
  "GRANT SELECT ON database TO r",
  "GRANT SELECT ON language.t, schema TO r",
  "GRANT ALL ON ALL TABLES IN SCHEMA public TO r",
  'GRANT USAGE, CREATE ON SCHEMA app, "Public" TO r',
  "GRANT EXECUTE ON FUNCTION f() TO r",
  "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO r",
])("%s is not", (sql) => {
  expect(refusalOf(sql)).toBeUndefined();
});
