/**
 * A PostgreSQL backend as small as the tests of the multiplexer allow: transaction status, session
 * settings, prepared statements, COPY, and statements that answer with their own text.
 */

/** One frontend message. */
export interface FakeMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** Why a statement failed. */
export class FakeSqlError extends Error {
  readonly sqlState: string;

  constructor(sqlState: string, message: string) {
    super(message);
    this.sqlState = sqlState;
  }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  client_encoding: "UTF8",
  datestyle: "ISO, MDY",
  extra_float_digits: "1",
  intervalstyle: "postgres",
  timezone: "UTC",
  search_path: "public",
  default_transaction_read_only: "off",
};

/** A backend message of this type. */
export function backendMessage(type: string, body: string | Buffer): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  const header = Buffer.alloc(5, type);
  header.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

/** ErrorResponse. */
export function errorMessage(sqlState: string, message: string): Buffer {
  return backendMessage("E", `SERROR\0C${sqlState}\0M${message}\0\0`);
}

function row(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(6);
  head.writeInt16BE(1, 0);
  head.writeInt32BE(bytes.length, 2);
  return backendMessage("D", Buffer.concat([head, bytes]));
}

/** Splits framed messages. */
export function splitMessages(bytes: Uint8Array): FakeMessage[] {
  const buffer = Buffer.from(bytes);
  const messages: FakeMessage[] = [];
  for (let offset = 0; offset < buffer.length;) {
    const end = offset + 1 + buffer.readInt32BE(offset + 1);
    const type = buffer.toString("latin1", offset, offset + 1);
    messages.push({ type, body: buffer.subarray(offset + 5, end) });
    offset = end;
  }
  return messages;
}

/** The backend; what SQL it knows is in `execute`. */
export class FakeBackend {
  status: "I" | "T" | "E" = "I";
  role = "";
  readonly statements = new Map<string, string>();
  #settings = new Map(Object.entries(DEFAULTS));
  #committed = new Map(Object.entries(DEFAULTS));
  #savepoint = new Map<string, string>();
  #portal: string | undefined;
  #skipping = false;
  /** Called for `SLEEP`; resolves to whether the statement was cancelled. */
  readonly #sleep: () => Promise<boolean>;

  constructor(sleep: () => Promise<boolean>) {
    this.#sleep = sleep;
  }

  /** Runs messages and returns the answer. */
  async run(messages: readonly FakeMessage[]): Promise<Buffer> {
    const answer: Buffer[] = [];
    const rest = [...messages];
    for (let message = rest.shift(); message !== undefined; message = rest.shift()) {
      try {
        await this.#runMessage(message, rest, answer);
      } catch (error) {
        answer.push(...this.#fail(error, message));
      }
    }
    return Buffer.concat(answer);
  }

  #fail(error: unknown, message: FakeMessage): Buffer[] {
    if (!(error instanceof FakeSqlError)) throw error;
    const response = errorMessage(error.sqlState, error.message);
    if (this.status === "T") this.status = "E";
    else if (this.status === "I") this.#settings = new Map(this.#committed);
    if (message.type === "Q") return [response, this.#ready()];
    this.#skipping = true;
    return [response];
  }

  #ready(): Buffer {
    if (this.status === "I") this.#committed = new Map(this.#settings);
    return backendMessage("Z", this.status);
  }

  async #runMessage(message: FakeMessage, rest: FakeMessage[], answer: Buffer[]): Promise<void> {
    if (message.type === "S") {
      this.#skipping = false;
      answer.push(this.#ready());
      return;
    }
    if (this.#skipping) return;
    const texts = message.body.toString("latin1").split("\0");
    const [first = "", second = ""] = texts;
    switch (message.type) {
      case "Q": {
        this.statements.delete("");
        for (const sql of first.split(/;(?:\s+|$)/)) await this.#execute(sql.trim(), rest, answer);
        answer.push(this.#ready());
        return;
      }
      case "P":
        this.#parse(first, second);
        answer.push(backendMessage("1", ""));
        return;
      case "B":
        this.#portal = this.#find(second);
        answer.push(backendMessage("2", ""));
        return;
      case "D":
        this.#find(first.slice(1));
        answer.push(backendMessage("n", ""));
        return;
      case "E":
        await this.#execute(this.#portal ?? "", rest, answer);
        return;
      case "C":
        if (first.startsWith("S")) this.statements.delete(first.slice(1));
        answer.push(backendMessage("3", ""));
        return;
      default:
        return;
    }
  }

  #parse(name: string, sql: string): void {
    if (name === "") this.statements.delete("");
    if (this.status === "E") throw new FakeSqlError("25P02", "current transaction is aborted");
    if (sql.startsWith("SYNTAX")) throw new FakeSqlError("42601", "syntax error");
    if (name !== "" && this.statements.has(name)) {
      throw new FakeSqlError("42P05", `prepared statement "${name}" already exists`);
    }
    this.statements.set(name, sql);
  }

  #find(name: string): string {
    const sql = this.statements.get(name);
    if (sql !== undefined) return sql;
    const which = name === "" ? "unnamed prepared statement" : `prepared statement "${name}"`;
    throw new FakeSqlError("26000", `${which} does not exist`);
  }

  async #execute(sql: string, rest: FakeMessage[], answer: Buffer[]): Promise<void> {
    const [verb = "", argument = ""] = sql.split(" ");
    if (this.status === "E" && verb !== "ROLLBACK" && verb !== "COMMIT") {
      throw new FakeSqlError("25P02", "current transaction is aborted");
    }
    if (verb === "FAIL") throw new FakeSqlError("22012", "division by zero");
    if (verb === "SLEEP" && (await this.#sleep())) {
      throw new FakeSqlError("57014", "canceling statement due to user request");
    }
    const tag = this.#executeTransaction(verb, argument) ?? this.#executeOther(sql, rest, answer);
    answer.push(backendMessage("C", `${tag}\0`));
  }

  /** Command tag of a statement about the transaction. */
  #executeTransaction(verb: string, argument: string): string | undefined {
    switch (verb) {
      case "BEGIN":
        this.status = "T";
        return verb;
      case "SAVEPOINT":
        this.#savepoint = new Map(this.#settings);
        return verb;
      case "ROLLBACK":
      case "COMMIT": {
        if (argument === "TO") {
          this.status = "T";
          this.#settings = new Map(this.#savepoint);
          return verb;
        }
        const commits = verb === "COMMIT" && this.status !== "E";
        this.status = "I";
        if (!commits) this.#settings = new Map(this.#committed);
        return commits ? "COMMIT" : "ROLLBACK";
      }
      default:
        return undefined;
    }
  }

  /** Command tag of any other statement. */
  #executeOther(sql: string, rest: FakeMessage[], answer: Buffer[]): string {
    const [verb = "", argument = ""] = sql.split(" ");
    switch (verb) {
      case "DEALLOCATE":
        if (argument === "ALL") {
          this.statements.clear();
          return "DEALLOCATE ALL";
        }
        this.#find(argument);
        this.statements.delete(argument);
        return verb;
      case "SET":
        this.#set(argument, sql.split(" TO ")[1] ?? "");
        return verb;
      case "RESET":
        this.#settings = new Map(Object.entries(DEFAULTS));
        return verb;
      case "SHOW":
        answer.push(row(this.#settings.get(argument) ?? ""));
        return verb;
      case "COPY":
        return this.#copy(argument, rest, answer);
      default:
        answer.push(...this.#select(sql));
        return "SELECT 1";
    }
  }

  #set(name: string, value: string): void {
    if (value === "bad") throw new FakeSqlError("22023", `invalid value for parameter "${name}"`);
    this.#settings.set(name, name === "timezone" && value === "utc" ? "UTC" : value);
  }

  #select(sql: string): Buffer[] {
    if (sql.includes("set_config('")) {
      for (const [, name = "", value = ""] of sql.matchAll(/set_config\('([^']+)', '([^']*)'/g)) {
        this.#set(name, value);
      }
      return [];
    }
    if (sql.includes("pg_rewrite")) return [row("no")];
    if (sql.includes("concat_ws")) {
      const names = [...sql.matchAll(/current_setting\('([^']+)'/g)].map(([, name = ""]) => name);
      const values = names.map((name) => this.#settings.get(name) ?? "");
      return [row(Buffer.from(values.join("\x1f")).toString("hex"))];
    }
    return [row(`${this.role}: ${sql}`)];
  }

  #copy(table: string, rest: FakeMessage[], answer: Buffer[]): string {
    if (table === "nope") throw new FakeSqlError("42P01", 'relation "nope" does not exist');
    answer.push(backendMessage("G", "\0\0\0"));
    let rows = 0;
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      if (next.type === "c") return `COPY ${rows}`;
      if (next.type === "f") break;
      rows += 1;
    }
    throw new FakeSqlError("57014", "COPY from stdin failed");
  }
}
