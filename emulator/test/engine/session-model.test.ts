/**
 * Sessions that do at random what clients do, all at once: statements, errors, transactions, prepared
 * statements, portals, settings, other roles, disconnects. Each answer is compared with a model that
 * knows one session and nothing of the others.
 */

import { afterAll, expect, test } from "vitest";
import { randomNumbers } from "../fixtures/random-numbers.ts";
import { type Client, roleBench } from "./role-bench.ts";

const SEED = 20_261_124;
const SESSIONS = 32;
const STEPS = 60;
const ROLES = ["admin", "app", "reports"];
/** All sessions use the same names. */
const NAMES = ["a", "b"];

const bench = roleBench({}, { transactionWaitMs: 120_000 });
afterAll(() => bench.engine.stop());

const ABORTED =
  "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

function arnOf(number: number): string {
  return `arn:aws:iam::123456789012:user/u${number}`;
}

/** What of a session a transaction can undo. */
interface Undoable {
  readonly rows: ReadonlyMap<number, number>;
  readonly applicationName: string;
}

/** One client, its model, and the comparison. */
class Subject {
  readonly #number: number;
  readonly #role: string;
  readonly #random: () => number;
  readonly #log: string[] = [];
  #client!: Client;
  #sessionId = "";
  #status: "I" | "T" | "E" = "I";
  #now: Undoable = { rows: new Map(), applicationName: "" };
  #before: Undoable = this.#now;
  #currentUser: string;
  /** Value that each prepared statement gives. */
  #prepared = new Map<string, string>();
  /** Rows that the portal of this transaction has given; undefined without one. */
  #portal: number | undefined;

  constructor(number: number) {
    this.#number = number;
    this.#role = ROLES[number % ROLES.length] ?? "";
    this.#currentUser = this.#role;
    this.#random = randomNumbers(SEED + number);
  }

  async open(): Promise<void> {
    this.#client =
      this.#role === "admin"
        ? await bench.admin(arnOf(this.#number))
        : await bench.mapped(this.#role, arnOf(this.#number));
    const sql = "SELECT sys.current_session_id()";
    this.#sessionId = (await this.#client.ask(sql))[0]?.slice(2) ?? "";
    expect(this.#sessionId).toMatch(/^session\d+a+$/);
  }

  async step(): Promise<void> {
    const steps = [
      () => this.#begin(),
      () => this.#end(),
      () => this.#write(),
      () => this.#write(),
      () => this.#remove(),
      () => this.#read(),
      () => this.#identify(),
      () => this.#identify(),
      () => this.#fail(),
      () => this.#prepare(),
      () => this.#execute(),
      () => this.#closeStatement(),
      () => this.#set(),
      () => this.#take(),
      () => this.#openPortal(),
      () => this.#readPortal(),
      () => this.#notice(),
      () => this.#disconnect(),
    ];
    await steps[this.#pick(steps.length)]?.();
  }

  /** Ends what is open, so that others can go on. */
  async finish(): Promise<void> {
    if (this.#status !== "I") await this.#statement("ROLLBACK", () => this.#rollBack("ROLLBACK"));
    await this.#read();
    await this.#client.session.close();
  }

  async #begin(): Promise<void> {
    if (this.#status !== "I") return;
    await this.#statement("BEGIN", () => {
      this.#status = "T";
      this.#before = this.#now;
      return ["C BEGIN"];
    });
  }

  async #end(): Promise<void> {
    if (this.#status === "I") return;
    if (this.#random() < 0.3) {
      await this.#statement("ROLLBACK", () => this.#rollBack("ROLLBACK"));
    } else {
      await this.#statement("COMMIT", () => {
        if (this.#status === "E") return this.#rollBack("ROLLBACK");
        this.#leave();
        return ["C COMMIT"];
      });
    }
  }

  #rollBack(tag: string): string[] {
    this.#now = this.#before;
    this.#leave();
    return [`C ${tag}`];
  }

  #leave(): void {
    this.#status = "I";
    this.#currentUser = this.#role;
    this.#portal = undefined;
  }

  async #write(): Promise<void> {
    const [key, value] = [this.#pick(4), this.#pick(1000)];
    const sql = `INSERT INTO ledger VALUES (${this.#number}, ${key}, ${value}) ON CONFLICT (session, k) DO UPDATE SET v = excluded.v`;
    await this.#statement(sql, () => {
      this.#now = { ...this.#now, rows: new Map(this.#now.rows).set(key, value) };
      return ["C INSERT 0 1"];
    });
  }

  async #remove(): Promise<void> {
    const key = this.#pick(4);
    const sql = `DELETE FROM ledger WHERE session = ${this.#number} AND k = ${key}`;
    await this.#statement(sql, () => {
      const rows = new Map(this.#now.rows);
      const removed = rows.delete(key);
      this.#now = { ...this.#now, rows };
      return [`C DELETE ${removed ? 1 : 0}`];
    });
  }

  async #read(): Promise<void> {
    const sql = `SELECT coalesce(string_agg(k || '=' || v, ',' ORDER BY k), '-') FROM ledger WHERE session = ${this.#number}`;
    const rows = [...this.#now.rows].sort(([a], [b]) => a - b);
    const text = rows.map(([key, value]) => `${key}=${value}`).join(",");
    await this.#statement(sql, () => [`D ${text === "" ? "-" : text}`, "C SELECT 1"]);
  }

  async #identify(): Promise<void> {
    const sql =
      "SELECT concat_ws(' ', current_user, session_user, sys.iam_session_user(), sys.current_session_id(), pg_backend_pid(), '/' || current_setting('application_name'))";
    const facts = [
      this.#currentUser,
      this.#role,
      arnOf(this.#number),
      this.#sessionId,
      this.#client.session.processId,
      `/${this.#now.applicationName}`,
    ];
    await this.#statement(sql, () => [`D ${facts.join(" ")}`, "C SELECT 1"]);
  }

  async #fail(): Promise<void> {
    await this.#statement("SELECT 1 / 0", () => this.#failure("E 22012 division by zero"));
  }

  #failure(error: string): string[] {
    if (this.#status === "T") this.#status = "E";
    return [error];
  }

  async #prepare(): Promise<void> {
    const name = this.#name();
    const value = `${this.#number}-${this.#pick(1000)}`;
    await this.#exchange([`P ${name} SELECT '${value}'`, "S"], () => {
      if (this.#prepared.has(name)) {
        return this.#failure(`E 42P05 prepared statement "${name}" already exists`);
      }
      this.#prepared.set(name, value);
      return [];
    });
  }

  async #execute(): Promise<void> {
    const name = this.#name();
    const value = this.#prepared.get(name);
    const messages = [`B ${name}`, "E", "S"];
    if (value === undefined) {
      await this.#missing(messages, `E 26000 prepared statement "${name}" does not exist`);
    } else {
      await this.#exchange(messages, () => [`D ${value}`, "C SELECT 1"]);
    }
  }

  /** Works in a failed transaction too. */
  async #closeStatement(): Promise<void> {
    const name = this.#name();
    this.#prepared.delete(name);
    await this.#compare(`close ${name}`, ["3", `Z ${this.#status}`], () =>
      this.#client.send(`C ${name}`, "S"),
    );
  }

  async #set(): Promise<void> {
    const value = `name${this.#pick(1000)}`;
    await this.#statement(`SET application_name = '${value}'`, () => {
      this.#now = { ...this.#now, applicationName: value };
      return ["C SET"];
    });
  }

  async #take(): Promise<void> {
    if (this.#status === "I") return;
    await this.#statement("SET LOCAL ROLE team", () => {
      this.#currentUser = "team";
      return ["C SET"];
    });
  }

  async #openPortal(): Promise<void> {
    if (this.#status !== "T" || this.#portal !== undefined) return;
    const sql = `SELECT '${this.#number}.' || n FROM generate_series(1, 3) AS n`;
    await this.#exchange([`P  ${sql}`, "B  mine", "E 1 mine", "S"], () => {
      this.#portal = 1;
      return [`D ${this.#number}.1`, "s"];
    });
  }

  async #readPortal(): Promise<void> {
    const messages = ["E 1 mine", "S"];
    if (this.#portal === undefined) {
      await this.#missing(messages, 'E 34000 portal "mine" does not exist');
      return;
    }
    const next = this.#portal + 1;
    await this.#exchange(messages, () => {
      this.#portal = next;
      return next > 3 ? ["C SELECT 0"] : [`D ${this.#number}.${next}`, "s"];
    });
  }

  async #notice(): Promise<void> {
    await this.#statement(`DROP TABLE IF EXISTS nothing${this.#number}`, () => [
      `N 00000 table "nothing${this.#number}" does not exist, skipping`,
      "C DROP TABLE",
    ]);
  }

  async #disconnect(): Promise<void> {
    this.#log.push("disconnect");
    await this.#client.session.close();
    if (this.#status !== "I") this.#rollBack("");
    this.#now = { ...this.#now, applicationName: "" };
    this.#prepared = new Map();
    await this.open();
  }

  /** One statement in either protocol; in a failed transaction only its end is answered. */
  async #statement(sql: string, model: () => string[]): Promise<void> {
    const extended = this.#random() < 0.5;
    const lines = this.#status === "E" && !/^(?:COMMIT|ROLLBACK)$/.test(sql) ? [ABORTED] : model();
    await this.#compare(`${extended ? "extended" : "simple"} ${sql}`, this.#ended(lines), () =>
      extended ? this.#client.askExtended(sql) : this.#client.ask(sql),
    );
  }

  async #exchange(messages: readonly string[], model: () => string[]): Promise<void> {
    const lines = this.#status === "E" ? [ABORTED] : model();
    await this.#compare(messages.join(" | "), this.#ended(lines), () =>
      this.#client.send(...messages),
    );
  }

  /** Found missing before PostgreSQL looks whether the transaction has failed. */
  async #missing(messages: readonly string[], error: string): Promise<void> {
    const lines = this.#failure(error);
    await this.#compare(messages.join(" | "), this.#ended(lines), () =>
      this.#client.send(...messages),
    );
  }

  #ended(lines: readonly string[]): string[] {
    return [...lines, `Z ${this.#status}`];
  }

  async #compare(
    what: string,
    expected: readonly string[],
    run: () => Promise<readonly string[]>,
  ): Promise<void> {
    this.#log.push(what);
    const context = `session ${this.#number} (${this.#role}): ${this.#log.slice(-12).join("; ")}`;
    expect(await run(), context).toEqual(expected);
  }

  #name(): string {
    return NAMES[this.#pick(NAMES.length)] ?? "";
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

test(`${SESSIONS} sessions see nothing of each other`, { timeout: 120_000 }, async () => {
  const admin = await bench.admin();
  await admin.ask("CREATE TABLE ledger (session int, k int, v int, PRIMARY KEY (session, k))");
  await admin.ask("CREATE ROLE team");
  for (const role of ROLES.slice(1)) await admin.ask(`CREATE ROLE ${role} LOGIN`);
  await admin.ask(`GRANT team TO ${ROLES.join(", ")}`);
  await admin.ask(`GRANT ALL ON ledger TO team, ${ROLES.slice(1).join(", ")}`);
  const subjects = Array.from({ length: SESSIONS }, (_, number) => new Subject(number));
  for (let number = 0; number < SESSIONS; number += 1) {
    const role = ROLES[number % ROLES.length] ?? "";
    if (role !== "admin") await admin.ask(`AWS IAM GRANT ${role} TO '${arnOf(number)}'`);
  }
  await Promise.all(
    subjects.map(async (subject) => {
      await subject.open();
      for (let step = 0; step < STEPS; step += 1) await subject.step();
      await subject.finish();
    }),
  );
});
