/** No SQL leads to another identity, or outside of the database. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ESCAPE_ATTEMPTS } from "./escape-attempts.ts";
import { APP_ARN, type Client, roleBench } from "./role-bench.ts";

const bench = roleBench();
let admin: Client;
let app: Client;

beforeAll(async () => {
  admin = await bench.admin();
  await admin.ask("CREATE ROLE app LOGIN");
  await admin.ask("CREATE ROLE other LOGIN");
  await admin.ask("CREATE SCHEMA s; GRANT ALL ON SCHEMA s TO app");
  await admin.ask("CREATE TABLE t (n int)");
  await admin.ask(`AWS IAM GRANT app TO '${APP_ARN}'; AWS IAM REVOKE app FROM '${APP_ARN}'`);
  app = await bench.unmapped("app");
});

afterAll(() => bench.engine.stop());

/** The error, or the whole answer without ReadyForQuery. */
function shown(answer: readonly string[]): string {
  const lines = answer.slice(0, -1);
  const last = lines.at(-1) ?? "";
  return last.startsWith("E ") ? last.slice(2) : lines.join(" & ");
}

/** Everything that an attempt could have changed about who the session is. */
const IDENTITY =
  "SELECT concat_ws(' ', current_user, session_user, current_setting('is_superuser'), current_setting('role'), has_table_privilege('sys.iam_trusts', 'SELECT'), sys.iam_session_user() IS NOT NULL)";

async function isItself(client: Client, role: string): Promise<void> {
  await client.ask("ROLLBACK");
  expect((await client.ask(IDENTITY))[0]).toBe(`D ${role} ${role} off none f t`);
}

function isOneStatement(sql: string): boolean {
  return !/;\s*\S/.test(sql.replaceAll(/'[^']*'|\$\$.*\$\$/g, ""));
}

const ATTEMPTS = ESCAPE_ATTEMPTS.map(
  ([sql, answer, answerToOthers = answer]) => [sql, answer, answerToOthers] as const,
);

describe.each(ATTEMPTS)("%s", (sql, answer, answerToOthers) => {
  test("by admin", async () => {
    expect(shown(await admin.ask(sql))).toBe(answer);
    await isItself(admin, "admin");
    if (!isOneStatement(sql)) return;
    expect(shown(await admin.askExtended(sql))).toBe(answer);
    await isItself(admin, "admin");
  });

  test("by another role", async () => {
    expect(shown(await app.ask(sql))).toBe(answerToOthers);
    await isItself(app, "app");
    if (!isOneStatement(sql)) return;
    expect(shown(await app.askExtended(sql))).toBe(answerToOthers);
    await isItself(app, "app");
  });
});

test("the attempts have left nothing behind", async () => {
  const made =
    "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE oid >= 16384 AND relkind <> 'i' AND relnamespace::regnamespace::text NOT IN ('pg_toast', 'sys')";
  expect((await admin.ask(made))[0]).toBe("D t");
  const roles =
    "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'";
  expect((await admin.ask(roles))[0]).toBe("D admin app other rdsadmin");
});

describe("functions with the rights of their owner", () => {
  test("lend those, and not the identity of the session", async () => {
    await app.ask(
      "CREATE FUNCTION s.who() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT concat_ws('' '', current_user, session_user)'",
    );
    expect((await admin.ask("SELECT s.who()"))[0]).toBe("D app admin");
    expect((await app.ask("SELECT s.who()"))[0]).toBe("D app app");
    await app.ask("DROP FUNCTION s.who");
  });

  test("of another role cannot grant IAM trust for admin, and those of admin not for others", async () => {
    const body = `CALL sys.map('other', '${APP_ARN}'); SELECT 1`;
    const make = `CREATE FUNCTION s.trust() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$${body}$$`;
    const denied = "42501 permission denied to grant IAM trust with role other";
    await app.ask(make);
    expect(shown(await admin.ask("SELECT s.trust()"))).toBe(denied);
    await app.ask("DROP FUNCTION s.trust");
    expect(await bench.engine.isMapped(APP_ARN, "other")).toBe(false);
  });

  test("see pg_catalog first where it matters, whatever the search path says", async () => {
    await app.ask(
      "CREATE FUNCTION s.yes(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR s.!~ (leftarg = text, rightarg = text, function = s.yes); CREATE OPERATOR s.<> (leftarg = text, rightarg = text, function = s.yes)",
    );
    await app.ask("SET search_path = s, pg_catalog");
    expect(shown(await app.ask(`AWS IAM GRANT other TO '${APP_ARN}'`))).toBe(
      "42501 permission denied to grant IAM trust with role other",
    );
    await app.ask("RESET search_path");
    await app.ask("DROP FUNCTION s.yes CASCADE");
  });
});
