/** Sessions of mapped roles: what they run as, and what becomes of them when mappings and roles change. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SessionStartError } from "../../src/session/index.ts";
import { APP_ARN, type Client, roleBench, USER_ARN } from "./role-bench.ts";

const bench = roleBench();
let admin: Client;

const GRANT = `AWS IAM GRANT app TO '${APP_ARN}'`;
const REVOKE = `AWS IAM REVOKE app FROM '${APP_ARN}'`;
const WHO = "SELECT current_user || ' ' || session_user || ' ' || sys.iam_session_user()";
const IDLE = { kind: "completed", transactionStatus: "idle" };

beforeAll(async () => {
  admin = await bench.admin();
});

beforeEach(async () => {
  await admin.ask(REVOKE);
  await admin.ask("DROP ROLE IF EXISTS app");
  await admin.ask("CREATE ROLE app LOGIN");
  await admin.ask(GRANT);
});

afterAll(() => bench.engine.stop());

function farewell(role: string): unknown {
  return {
    kind: "engine-lost",
    reason: "the role is not mapped to the IAM principal any more",
    farewell: {
      sqlState: "28000",
      message: `terminating connection because the IAM trust with role ${role} has been revoked`,
    },
  };
}

test("they run as their role, with its name everywhere", async () => {
  const app = await bench.mapped("app");
  expect(await app.ask(WHO)).toEqual([`D app app ${APP_ARN}`, "C SELECT 1", "Z I"]);
  expect(app.session.parameters.get("session_authorization")).toBe("app");
  expect((await app.ask("SHOW is_superuser"))[0]).toBe("D off");
});

test("they open only with a mapping to a role that has LOGIN; admin needs none", async () => {
  const refusal = new SessionStartError("28000", "unable to accept connection, access denied");
  await expect(bench.mapped("app", USER_ARN)).rejects.toEqual(refusal);
  await expect(bench.mapped("nobody")).rejects.toEqual(refusal);
  await expect(bench.mapped("rdsadmin")).rejects.toEqual(refusal);
  await admin.ask("ALTER ROLE app NOLOGIN");
  await expect(bench.mapped("app")).rejects.toEqual(refusal);
  expect((await (await bench.admin()).ask("SELECT current_user"))[0]).toBe("D admin");
});

test.each([
  ["simple", (client: Client) => client.ask("SELECT 1")],
  ["extended", (client: Client) => client.askExtended("SELECT 1")],
])("after a REVOKE the next transaction ends the session: %s", async (_protocol, run) => {
  const app = await bench.mapped("app");
  await app.ask("SELECT 1");
  await admin.ask(REVOKE);
  expect(await run(app)).toEqual([]);
  expect(app.outcome()).toEqual(farewell("app"));
  await app.session.close();
  expect(await admin.ask("SELECT 1")).toEqual(["D 1", "C SELECT 1", "Z I"]);
});

test("a REVOKE counts when it is committed, not when it is rolled back", async () => {
  const app = await bench.mapped("app");
  await admin.ask(`BEGIN; ${REVOKE}`);
  const waiting = app.ask("SELECT 1");
  await admin.ask("ROLLBACK");
  expect(await waiting).toEqual(["D 1", "C SELECT 1", "Z I"]);
  await admin.ask(`BEGIN; ${REVOKE}`);
  const ended = app.ask("SELECT 1");
  await admin.ask("COMMIT");
  expect(await ended).toEqual([]);
  expect(app.outcome()).toEqual(farewell("app"));
});

test("a transaction that is open goes on to its end", async () => {
  const app = await bench.mapped("app");
  await app.ask("BEGIN");
  const revoked = admin.ask(REVOKE);
  expect((await app.ask("SELECT current_user"))[0]).toBe("D app");
  expect(await app.ask("COMMIT")).toEqual(["C COMMIT", "Z I"]);
  expect(await revoked).toEqual(["C AWS IAM REVOKE", "Z I"]);
  expect(await app.ask("BEGIN")).toEqual([]);
  expect(app.outcome()).toEqual(farewell("app"));
});

test("sessions of other principals and roles go on", async () => {
  await admin.ask(`AWS IAM GRANT app TO '${USER_ARN}'`);
  const [app, alice] = [await bench.mapped("app"), await bench.mapped("app", USER_ARN)];
  await admin.ask(REVOKE);
  await app.ask("SELECT 1");
  expect(app.outcome()).toEqual(farewell("app"));
  expect((await alice.ask(WHO))[0]).toBe(`D app app ${USER_ARN}`);
  await admin.ask(`AWS IAM REVOKE app FROM '${USER_ARN}'`);
});

test("a mapping that is taken away and given again ends nothing", async () => {
  const app = await bench.mapped("app");
  await admin.ask(REVOKE);
  await admin.ask(GRANT);
  await app.ask("SELECT 1");
  expect(app.outcome()).toEqual(IDLE);
});

test("they follow a new name of their role, and never become another role of the old name", async () => {
  const app = await bench.mapped("app");
  await admin.ask("ALTER ROLE app RENAME TO renamed");
  await admin.ask("CREATE ROLE app LOGIN");
  await admin.ask("CREATE TABLE secrets (n int); GRANT SELECT ON secrets TO app");
  const [who, table] = await Promise.all([app.ask(WHO), admin.ask("SELECT 1")]);
  expect([who[0], table[0]]).toEqual([`D renamed renamed ${APP_ARN}`, "D 1"]);
  expect((await app.ask("SELECT * FROM secrets"))[0]).toBe(
    "E 42501 permission denied for table secrets",
  );
  await admin.ask("DROP TABLE secrets");
  await admin.ask("DROP ROLE app");
  await admin.ask("ALTER ROLE renamed RENAME TO app");
  expect((await app.ask(WHO))[0]).toBe(`D app app ${APP_ARN}`);
});

test("a role that is dropped and made again is another one", async () => {
  const app = await bench.mapped("app");
  await admin.ask(REVOKE);
  await admin.ask("DROP ROLE app");
  await admin.ask("CREATE ROLE app LOGIN");
  await admin.ask(GRANT);
  await app.ask("SELECT 1");
  expect(app.outcome()).toEqual(farewell("app"));
});

test("mappings are told while a session holds the database with its transaction", async () => {
  const holder = await bench.admin();
  await holder.ask("BEGIN");
  expect(await bench.engine.isMapped(APP_ARN, "app")).toBe(true);
  const app = await bench.mapped("app");
  const waiting = app.ask(WHO);
  await holder.ask("COMMIT");
  expect((await waiting)[0]).toBe(`D app app ${APP_ARN}`);
});
