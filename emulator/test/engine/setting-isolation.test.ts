/** Many sessions that change settings at random, all at once, each compared with a model of its own. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIND_SETTING_CHANGERS_SQL } from "../../src/engine/pglite/setting-changers.ts";
import type { SqlSession } from "../../src/session/index.ts";
import { inspectQuery, replaceInPlace } from "../../src/sql/index.ts";
import { randomNumbers } from "../fixtures/random-numbers.ts";
import { batch, readAnswer } from "../support/session-client.ts";
import { engineUnderTest } from "./engine-under-test.ts";

const SEED = 20_261_124;
const SESSIONS = 16;
const TURNS = 25;

/** Settings, and values in the form in which PostgreSQL shows them; the first is the default. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  application_name: ["", "one", "two", "it's"],
  DateStyle: ["ISO, MDY", "German, DMY", "SQL, YMD"],
  IntervalStyle: ["postgres", "iso_8601"],
  TimeZone: ["UTC", "Asia/Tokyo", "Europe/Rome"],
  extra_float_digits: ["1", "0", "3"],
  search_path: ['"$user", public', "public", "pg_catalog"],
  enable_seqscan: ["on", "off"],
  default_transaction_read_only: ["off", "on"],
  work_mem: ["4MB", "1MB", "2MB"],
};
const NAMES = Object.keys(VALUES);
const SHOW = `SELECT concat_ws('|', ${NAMES.map((name) => `current_setting('${name}')`).join(", ")}, coalesce(current_setting('app.' || 'x', true), ''))`;

const bench = engineUnderTest({}, { transactionWaitMs: 60_000 });
afterAll(() => bench.engine.stop());

/** The answer to an SQL text that went through what a session does with it. */
async function run(session: SqlSession, sql: string, extended: boolean): Promise<string[]> {
  const facts = inspectQuery(sql);
  const text = replaceInPlace(sql, facts.replaced);
  const messages = extended ? [`P  ${text}`, "B ", "E", "S"] : [`Q ${text}`];
  const pieces: Uint8Array[] = [];
  const outcome = await session.run(
    { ...batch(...messages), mayChangeSettings: facts.mayChangeSettings },
    (piece) => {
      pieces.push(piece.slice());
      return undefined;
    },
  );
  expect(outcome.kind).toBe("completed");
  return readAnswer(Buffer.concat(pieces));
}

type Model = Record<string, string>;

/** One session and its model. */
class Subject {
  readonly #session: SqlSession;
  readonly #random: () => number;
  #model: Model = defaults();

  constructor(session: SqlSession, random: () => number) {
    this.#session = session;
    this.#random = random;
  }

  /** A few statements, perhaps in a transaction, and a look at all settings. */
  async turn(): Promise<void> {
    const before = { ...this.#model };
    if (this.#random() < 0.4) await this.#transaction(before);
    else await this.#autocommitted();
    const [, shown] = await this.#run(SHOW, false);
    // The last one is never set: a setting that DSQL does not know ends with its batch.
    expect(shown).toBe(`D ${NAMES.map((name) => this.#model[name] ?? "").join("|")}|`);
  }

  async #autocommitted(): Promise<void> {
    switch (this.#pick(6)) {
      case 0:
        await this.#run("SELECT 1 / 0");
        return;
      case 1:
        await this.#run("SET statement_timeout = 1");
        return;
      case 2:
        await this.#run("RESET ALL");
        this.#model = defaults();
        return;
      case 3:
        await this.#run(`${this.#change("false").sql}; SELECT 1 / 0`, false);
        return;
      case 4:
        await this.#run("SELECT set_config('app.' || 'x', 'secret', false)");
        return;
      default:
        await this.#apply();
    }
  }

  async #transaction(before: Model): Promise<void> {
    await this.#run("BEGIN", false);
    for (let count = this.#pick(4); count > 0; count -= 1) await this.#apply();
    const inner = { ...this.#model };
    const local = this.#change("true");
    await this.#run(local.sql);
    const fails = this.#random() < 0.3;
    if (fails) await this.#run("SELECT 1 / 0");
    const commits = this.#random() < 0.6;
    await this.#run(commits ? "COMMIT" : "ROLLBACK", false);
    this.#model = commits && !fails ? inner : before;
  }

  async #apply(): Promise<void> {
    const { name, value, sql } = this.#change("false");
    await this.#run(sql);
    this.#model[name] = value;
  }

  /** A change of a setting, by one of the ways there are. */
  #change(local: "true" | "false"): { name: string; value: string; sql: string } {
    const name = NAMES[this.#pick(NAMES.length)] ?? "";
    const values = VALUES[name] ?? [];
    const value = values[this.#pick(values.length)] ?? "";
    const literal = `'${value.replaceAll("'", "''")}'`;
    const usesSet = this.#random() < 0.5 && !/work_mem|read_only|search_path/.test(name);
    const scope = local === "true" ? "LOCAL" : "SESSION";
    return {
      name,
      value,
      sql: usesSet
        ? `SET ${scope} ${name} TO ${literal}`
        : `SELECT set_config('' || '${name}', ${literal}, ${local})`,
    };
  }

  #run(sql: string, extended = this.#random() < 0.5): Promise<string[]> {
    return run(this.#session, sql, extended);
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function defaults(): Model {
  return Object.fromEntries(NAMES.map((name) => [name, VALUES[name]?.[0] ?? ""]));
}

test(`the settings of ${SESSIONS} sessions are their own`, { timeout: 60_000 }, async () => {
  const subjects = await Promise.all(
    Array.from({ length: SESSIONS }, async (_, index) => {
      return new Subject(await bench.open(), randomNumbers(SEED + index));
    }),
  );
  await Promise.all(
    subjects.map(async (subject) => {
      for (let turn = 0; turn < TURNS; turn += 1) await subject.turn();
    }),
  );
  expect(bench.events).toEqual([{ type: "engine-started" }]);
});

describe("what changes settings in a database is found when the engine starts", () => {
  let session: SqlSession;
  beforeAll(async () => {
    session = await bench.open();
  });

  const CALL = "set_config('timezone', 'Asia/Tokyo', false)";

  test.each([
    [`CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT ${CALL}$$`, "yes"],
    [`CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN ${CALL}`, "yes"],
    [`CREATE FUNCTION f(a text DEFAULT ${CALL}) RETURNS text LANGUAGE sql AS 'SELECT $1'`, "yes"],
    [
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; /**/SET timezone = 1; SELECT 1'",
      "yes",
    ],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'RESET ALL; SELECT 1'", "yes"],
    [
      `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT U&"\\0073et_config"('a.b', '', true)$$`,
      "yes",
    ],
    [
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT query_to_xml('SELECT 1', true, true, '')::text$$",
      "yes",
    ],
    [`CREATE VIEW v AS SELECT ${CALL}`, "yes"],
    ["CREATE VIEW v AS SELECT * FROM ts_stat('SELECT 1')", "yes"],
    [`CREATE TABLE t (a text CHECK (${CALL} <> ''))`, "yes"],
    [`CREATE TABLE t (a text DEFAULT ${CALL})`, "yes"],
    [`CREATE DOMAIN d AS text DEFAULT ${CALL}`, "yes"],
    [`CREATE DOMAIN d AS text CHECK (${CALL} <> VALUE)`, "yes"],
    [`CREATE TABLE t (a int); CREATE RULE r AS ON INSERT TO t DO ALSO SELECT ${CALL}`, "yes"],
    ["CREATE AGGREGATE g(text, bool) (sfunc = 'set_config', stype = text)", "yes"],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "no"],
    [
      "CREATE TABLE t (a int DEFAULT 1 CHECK (a > 0)); CREATE VIEW v AS SELECT * FROM pg_settings",
      "no",
    ],
  ])("%s: %s", async (sql, found) => {
    await run(session, "BEGIN", false);
    // Straight to the engine, since some of it is refused before that.
    const made: Uint8Array[] = [];
    await session.run(batch(`Q ${sql}`), (piece) => {
      made.push(piece.slice());
      return undefined;
    });
    expect(readAnswer(Buffer.concat(made)).at(-1)).toBe("Z T");
    expect((await run(session, FIND_SETTING_CHANGERS_SQL, false))[1]).toBe(`D ${found}`);
    await run(session, "ROLLBACK", false);
  });
});
