/** AWS IAM GRANT and REVOKE, from their text to the mappings that connections are decided by. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeBase32 } from "../../src/shared/index.ts";
import { inspectQuery, replaceInPlace } from "../../src/sql/index.ts";
import { batch } from "../support/session-client.ts";
import { APP_ARN, type Client, roleBench, USER_ARN } from "./role-bench.ts";

const bench = roleBench();
let admin: Client;
let app: Client;

const GRANT = `AWS IAM GRANT app TO '${APP_ARN}'`;
const REVOKE = `AWS IAM REVOKE app FROM '${APP_ARN}'`;
const MAPPINGS = "SELECT arn, pg_role_name FROM sys.iam_pg_role_mappings ORDER BY 1, 2";

beforeAll(async () => {
  admin = await bench.admin();
  for (const role of ["app", '"My Role"', "other"]) await admin.ask(`CREATE ROLE ${role} LOGIN`);
  await admin.ask("CREATE ROLE nologin");
  app = await bench.unmapped("app");
});

afterAll(() => bench.engine.stop());

/** The mappings that transactions have left behind, as `arn role`. */
async function mappings(): Promise<string> {
  const sql = `SELECT coalesce(string_agg(arn || ' ' || pg_role_name, ', ' ORDER BY arn, pg_role_name), '-') FROM sys.iam_pg_role_mappings`;
  return (await admin.ask(sql))[0]?.slice(2) ?? "";
}

describe("AWS IAM GRANT and REVOKE", () => {
  test("answer with their tags in both protocols, and map", async () => {
    expect(await admin.ask(GRANT)).toEqual(["C AWS IAM GRANT", "Z I"]);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    expect(await admin.ask(REVOKE)).toEqual(["C AWS IAM REVOKE", "Z I"]);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(false);
    expect(await admin.askExtended(GRANT)).toEqual(["C AWS IAM GRANT", "Z I"]);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    expect(await admin.askExtended(REVOKE)).toEqual(["C AWS IAM REVOKE", "Z I"]);
    expect(await mappings()).toBe("-");
  });

  test.each([
    `/* a */ aws -- b\n iam\tGrant APP to E'arn:aws:iam::123456789012:role\\u002fservice/App'`,
    `AWS IAM GRANT "app" TO $a$${APP_ARN}$a$;`,
    `AWS IAM GRANT U&"\\0061pp" TO '${APP_ARN.slice(0, 9)}'\n'${APP_ARN.slice(9)}'`,
    `SELECT 1; ${GRANT}; SELECT 2`,
  ])("are read as PostgreSQL reads: %s", async (sql) => {
    expect(await admin.ask(sql)).toContain("C AWS IAM GRANT");
    expect(await mappings()).toBe(`${APP_ARN} app`);
    await admin.ask(REVOKE);
  });

  test("take names in quotes, and several principals for a role and roles for a principal", async () => {
    await admin.ask(`AWS IAM GRANT "My Role" TO '${APP_ARN}'`);
    await admin.ask(`AWS IAM GRANT other TO '${APP_ARN}'; AWS IAM GRANT other TO '${USER_ARN}'`);
    expect(await mappings()).toBe(`${APP_ARN} My Role, ${APP_ARN} other, ${USER_ARN} other`);
    expect(await bench.engine.isMapped(APP_ARN, "My Role")).toBe(true);
    expect(await bench.engine.isMapped(APP_ARN, "my role")).toBe(false);
    expect(await bench.engine.isMapped(`${APP_ARN}x`, "other")).toBe(false);
    await admin.ask(
      `AWS IAM REVOKE "My Role" FROM '${APP_ARN}'; AWS IAM REVOKE other FROM '${APP_ARN}'; AWS IAM REVOKE other FROM '${USER_ARN}'`,
    );
    expect(await mappings()).toBe("-");
  });

  test("are told of with the roles around them, to explain a refusal", async () => {
    const { engine } = bench;
    await admin.ask(`AWS IAM GRANT other TO '${APP_ARN}'; AWS IAM GRANT other TO '${USER_ARN}'`);
    expect(await engine.mappingFacts(APP_ARN, "app")).toEqual({
      role: "present",
      rolesOfPrincipal: ["other"],
      principalsOfRole: [],
    });
    expect(await engine.mappingFacts(`${APP_ARN}x`, "other")).toEqual({
      role: "present",
      rolesOfPrincipal: [],
      principalsOfRole: [APP_ARN, USER_ARN],
    });
    const roles = ["nologin", "made later", "admin", "rdsadmin", "pg_monitor"];
    const states = async (): Promise<string[]> => {
      const facts = await Promise.all(roles.map((role) => engine.mappingFacts(APP_ARN, role)));
      return facts.map(({ role }) => role);
    };
    const reserved = ["reserved", "reserved", "reserved"];
    expect(await states()).toEqual(["no-login", "missing", ...reserved]);
    await admin.ask('CREATE ROLE "made later" LOGIN');
    expect(await states()).toEqual(["no-login", "present", ...reserved]);
    await admin.ask('DROP ROLE "made later"');
    expect(await states()).toEqual(["no-login", "missing", ...reserved]);
    await admin.ask(
      `AWS IAM REVOKE other FROM '${APP_ARN}'; AWS IAM REVOKE other FROM '${USER_ARN}'`,
    );
  });

  test("count when the transaction commits, and are seen by their own before", async () => {
    await admin.ask("BEGIN");
    expect(await admin.ask(GRANT)).toEqual(["C AWS IAM GRANT", "Z T"]);
    expect((await admin.ask(MAPPINGS)).length).toBe(3);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(false);
    await admin.ask("ROLLBACK");
    expect([await bench.engine.isMapped(APP_ARN, "app"), await mappings()]).toEqual([false, "-"]);
    await admin.ask(`BEGIN; ${GRANT}`);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(false);
    await admin.ask("COMMIT");
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    await admin.ask(`BEGIN; ${REVOKE}; SELECT 1 / 0`);
    expect(await admin.ask("COMMIT")).toEqual(["C ROLLBACK", "Z I"]);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    await admin.ask(`${REVOKE}; SELECT 1 / 0`);
    expect(await mappings()).toBe(`${APP_ARN} app`);
    await admin.ask(REVOKE);
  });

  test("of a failed transaction are ignored, and in a read-only one refused", async () => {
    await admin.ask("BEGIN; SELECT 1 / 0");
    expect((await admin.ask(GRANT))[0]).toMatch(/^E 25P02/);
    await admin.ask("ROLLBACK; BEGIN READ ONLY");
    expect((await admin.ask(GRANT))[0]).toBe(
      "E 25006 cannot execute AWS IAM GRANT in a read-only transaction",
    );
    await admin.ask("ROLLBACK");
  });

  test("may be repeated: the second GRANT changes nothing, the second REVOKE is an error", async () => {
    await admin.ask(GRANT);
    const first = await admin.ask("SELECT iam_oid FROM sys.iam_pg_role_mappings");
    expect(await admin.ask(GRANT)).toEqual(["C AWS IAM GRANT", "Z I"]);
    expect(await admin.ask("SELECT iam_oid FROM sys.iam_pg_role_mappings")).toEqual(first);
    await admin.ask(REVOKE);
    expect(await admin.ask(REVOKE)).toEqual([`E 42704 IAM role ${APP_ARN} does not exist`, "Z I"]);
  });

  test("can be made strict: then a repeated GRANT is an error", async () => {
    const strict = roleBench({}, { refusesRepeatedGrant: true });
    const other = await strict.admin();
    await other.ask("CREATE ROLE app LOGIN");
    expect(await other.ask(GRANT)).toEqual(["C AWS IAM GRANT", "Z I"]);
    expect(await other.ask(GRANT)).toEqual([
      `E 42710 IAM trust of role app with ${APP_ARN} already exists`,
      "Z I",
    ]);
    await strict.engine.stop();
  });
});

describe("errors of AWS IAM GRANT and REVOKE", () => {
  const ARN_ERROR = "22023 IAM role must look like an IAM ARN";

  test.each([
    [`AWS IAM GRANT nobody TO '${APP_ARN}'`, '42704 role "nobody" does not exist'],
    [`AWS IAM GRANT nologin TO '${APP_ARN}'`, "55000 role nologin must have the LOGIN attribute"],
    [`AWS IAM GRANT admin TO '${APP_ARN}'`, "0A000 Cannot establish trust with role admin"],
    [`AWS IAM GRANT rdsadmin TO '${APP_ARN}'`, "0A000 Cannot establish trust with role rdsadmin"],
    [
      `AWS IAM GRANT pg_read_all_data TO '${APP_ARN}'`,
      "0A000 Cannot establish trust with role pg_read_all_data",
    ],
    [`AWS IAM GRANT public TO '${APP_ARN}'`, '42939 role name "public" is reserved'],
    ["AWS IAM GRANT app TO 'alice'", ARN_ERROR],
    ["AWS IAM GRANT app TO ''", ARN_ERROR],
    ["AWS IAM GRANT app TO 'arn:aws:iam::123456789012:root'", ARN_ERROR],
    ["AWS IAM GRANT app TO 'arn:aws:iam::123456789012:group/g'", ARN_ERROR],
    ["AWS IAM GRANT app TO 'arn:aws:iam::12345678901:role/r'", ARN_ERROR],
    ["AWS IAM GRANT app TO 'arn:aws:sts::123456789012:assumed-role/r/s'", ARN_ERROR],
    ["AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/a b'", ARN_ERROR],
    ["AWS IAM REVOKE app FROM 'alice'", ARN_ERROR],
    [`AWS IAM REVOKE nobody FROM '${APP_ARN}'`, '42704 role "nobody" does not exist'],
    [REVOKE, `42704 IAM role ${APP_ARN} does not exist`],
    ["AWS IAM GRANT app TO $1", '42601 syntax error at or near "$1"'],
    ["AWS IAM GRANT app, other TO 'a'", '42601 syntax error at or near ","'],
    ["AWS IAM GRANT app", "42601 syntax error at end of input"],
    ["AWS IAM GRANT table TO 'a'", '42601 syntax error at or near "table"'],
    ["AWS IAM GRANT 'app' TO 'a'", `42601 syntax error at or near "'app'"`],
    ["AWS IAM GRANT app TO 'a", `42601 unterminated quoted string at or near "'a"`],
    ["AWS IAM GRANT \"\" TO 'a'", '42601 zero-length delimited identifier at or near """"'],
  ])("%s", async (sql, error) => {
    expect(await admin.ask(sql)).toEqual([`E ${error}`, "Z I"]);
    expect(await admin.askExtended(sql)).toEqual([`E ${error}`, "Z I"]);
    expect(await mappings()).toBe("-");
  });

  test("are the caller's first, unless it is admin in its own role", async () => {
    const grant = "E 42501 permission denied to grant IAM trust with role";
    expect(await app.ask(GRANT)).toEqual([`${grant} app`, "Z I"]);
    expect(await app.askExtended("AWS IAM GRANT nobody TO 'x'")).toEqual([
      `${grant} nobody`,
      "Z I",
    ]);
    expect(await app.ask(REVOKE)).toEqual([
      "E 42501 permission denied to revoke IAM trust with role app",
      "Z I",
    ]);
    await admin.ask("GRANT app TO admin");
    expect((await admin.ask(`BEGIN; SET LOCAL role = 'app'; ${GRANT}`)).slice(-2)).toEqual([
      `${grant} app`,
      "Z E",
    ]);
    await admin.ask("ROLLBACK; REVOKE app FROM admin");
  });
});

describe("positions of errors", () => {
  /** The field P of the error that the text gets, as the character that it points at. */
  async function pointedAt(sql: string): Promise<string> {
    const text = replaceInPlace(sql, inspectQuery(sql).replaced);
    const pieces: Uint8Array[] = [];
    await admin.session.run(batch(`Q ${text}`), (piece) => {
      pieces.push(piece.slice());
      return undefined;
    });
    const position = /\0P(\d+)\0/.exec(Buffer.concat(pieces).toString("latin1"))?.[1];
    return sql.slice(Number(position ?? Number.NaN) - 1);
  }

  test.each([
    ["SELECT 1; AWS IAM GRANT app TO $1", "$1"],
    ["/* é */ AWS IAM GRANT table TO 'a'; SELECT 1", "table TO 'a'; SELECT 1"],
    ["AWS IAM GRANT app TO 'a' ; AWS IAM", ""],
    ["AWS foo", "foo"],
    [`AWS IAM GRANT app TO '${APP_ARN}'; SELECT nope`, "nope"],
    [`AWS IAM REVOKE "app" FROM $x$${APP_ARN}$x$; SELECT (]`, "]"],
    ["AWS IAM GRANT none TO 'a'", "none TO 'a'"],
  ])("are those of the text: %s", async (sql, rest) => {
    expect(await pointedAt(sql)).toBe(rest);
    expect(await mappings()).toBe("-");
  });
});

describe("a mapped role", () => {
  test("cannot be dropped, not by way of what it owns either", async () => {
    const refusal = 'E 2BP01 role "app" cannot be dropped because some objects depend on it';
    await admin.ask(`${GRANT}; AWS IAM GRANT app TO '${USER_ARN}'`);
    expect(await admin.ask("DROP ROLE app")).toEqual([refusal, "Z I"]);
    await admin.ask("GRANT app TO admin");
    await admin.ask("DROP OWNED BY app");
    await admin.ask("REASSIGN OWNED BY app TO admin");
    await admin.ask(REVOKE);
    expect(await admin.ask("DROP ROLE IF EXISTS other, app")).toEqual([refusal, "Z I"]);
    await admin.ask(`AWS IAM REVOKE app FROM '${USER_ARN}'`);
    expect(await admin.ask("BEGIN; DROP ROLE app; ROLLBACK")).toContain("C DROP ROLE");
  });

  test("keeps its mappings under another name, and gives none to a new role of the old one", async () => {
    await admin.ask(GRANT);
    await admin.ask("ALTER ROLE app RENAME TO app2");
    expect(await mappings()).toBe(`${APP_ARN} app2`);
    await admin.ask("CREATE ROLE app LOGIN");
    expect(await bench.engine.isMapped(APP_ARN, "app2")).toBe(true);
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(false);
    await admin.ask("DROP ROLE app");
    await admin.ask("ALTER ROLE app2 RENAME TO app");
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    await admin.ask(REVOKE);
  });

  test("without LOGIN counts as unmapped", async () => {
    await admin.ask(GRANT);
    await admin.ask("ALTER ROLE app NOLOGIN");
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(false);
    await admin.ask("ALTER ROLE app LOGIN");
    expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
    await admin.ask(REVOKE);
  });

  test("stays mapped when the engine is started again on its directory", async () => {
    const parent = mkdtempSync(join(tmpdir(), "dsql-emulator-mappings-"));
    try {
      const dataDirectory = join(parent, "data");
      const before = roleBench({ dataDirectory });
      const first = await before.admin();
      await first.ask("CREATE ROLE app LOGIN");
      await first.ask(GRANT);
      await before.engine.stop();
      const after = roleBench({ dataDirectory });
      expect(await after.engine.isMapped(APP_ARN, "app")).toBe(true);
      await after.engine.stop();
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});

describe("schema sys", () => {
  test("shows the mappings with DSQL's columns, to everybody", async () => {
    await admin.ask(GRANT);
    const columns =
      "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'sys.iam_pg_role_mappings'::regclass AND attnum > 0";
    expect((await app.ask(columns))[0]).toBe(
      "D iam_oid oid, arn text, pg_role_oid oid, pg_role_name text, grantor_pg_role_oid oid, grantor_pg_role_name text",
    );
    const row = `SELECT concat_ws(' ', iam_oid <> pg_role_oid, arn, pg_role_oid = 'app'::regrole, pg_role_name, grantor_pg_role_oid, grantor_pg_role_name) FROM sys.iam_pg_role_mappings`;
    expect((await app.ask(row))[0]).toBe(`D t ${APP_ARN} t app 15579 admin`);
    await admin.ask(REVOKE);
  });

  test("tells each session who it is", async () => {
    const sql = "SELECT concat_ws(' ', sys.iam_session_user(), sys.current_session_id())";
    expect((await admin.ask(sql))[0]).toBe(`D ${USER_ARN} ${"session1".padEnd(26, "a")}`);
    expect((await app.ask(sql))[0]).toBe(`D ${APP_ARN} ${"session2".padEnd(26, "a")}`);
    const [mine, others] = await Promise.all([
      admin.ask("SELECT pg_backend_pid()"),
      app.ask("SELECT pg_backend_pid()"),
    ]);
    expect([mine[0], others[0]]).toEqual([
      `D ${admin.session.processId}`,
      `D ${app.session.processId}`,
    ]);
  });

  test("names transactions: one name in each, another in the next", async () => {
    const sql = "SELECT sys.current_transaction_id()";
    await admin.ask("BEGIN");
    const [first, again] = [(await admin.ask(sql))[0], (await admin.ask(sql))[0]];
    await admin.ask("COMMIT");
    expect(first).toMatch(/^D [a-z2-7]{26}$/);
    expect(again).toBe(first);
    expect((await admin.ask(sql))[0]).not.toBe(first);
  });

  test("has the version of DSQL and its form of ids", async () => {
    expect((await app.ask("SELECT * FROM sys.dsql_major_version()"))[0]).toBe("D 1");
    const uuid = "00000000-0455-6677-8899-aabbccddeeff";
    const text = encodeBase32(Buffer.from(uuid.replaceAll("-", ""), "hex"));
    expect((await app.ask(`SELECT sys.uuid_to_base32_str('${uuid}')`))[0]).toBe(`D ${text}`);
    expect((await app.ask(`SELECT sys.base32_str_to_uuid('${text}')`))[0]).toBe(`D ${uuid}`);
    expect((await app.ask("SELECT sys.base32_str_to_uuid('no id')"))[0]).toBe(
      "E 22P02 Unable to convert text to UUID",
    );
  });
});
