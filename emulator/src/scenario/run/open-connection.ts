/** A connection of a scenario, by a real client. */
import { Client, types } from "pg";
import { objectOf, textOf } from "../format/json-value.ts";

/** How to connect. */
export interface ConnectionRequest {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly options: string | undefined;
  readonly applicationName: string | undefined;
  readonly tls:
    | { readonly kind: "off" }
    /** Without a name, none is sent; without a CA, none is checked. */
    | {
        readonly kind: "on";
        readonly serverName: string | undefined;
        readonly ca: string | undefined;
      };
}

/** Fields of an error that the server sent. */
export interface ServerError {
  readonly severity: string | undefined;
  readonly sqlState: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** What became of a connection attempt; `dropped` without an answer of the server. */
export type ConnectResult =
  | { readonly kind: "admitted"; readonly connection: OpenConnection }
  | { readonly kind: "refused"; readonly error: ServerError }
  | { readonly kind: "dropped"; readonly reason: string };

/** The answer to statements: of several the last one counts. */
export type QueryResult =
  | {
      readonly kind: "rows";
      readonly rows: readonly unknown[];
      readonly rowCount: number | null;
      readonly command: string;
    }
  | { readonly kind: "error"; readonly error: ServerError }
  | { readonly kind: "dropped"; readonly reason: string };

const CONNECT_TIMEOUT_MS = 60_000;
/** `timestamp`, `timestamptz` and `date` stay text, so that no time zone of this process shows. */
const KEPT_AS_TEXT: readonly number[] = [1082, 1114, 1184];

/** An open connection; it notices when the server ends it. */
export class OpenConnection {
  readonly #client: Client;
  readonly #ended: Promise<void>;
  #isEnded = false;
  #error: ServerError | undefined;

  private constructor(client: Client) {
    this.#client = client;
    client.on("error", (error: unknown) => {
      this.#error ??= serverError(error);
    });
    this.#ended = new Promise((resolve) => {
      client.once("end", () => {
        this.#isEnded = true;
        resolve();
      });
    });
  }

  /** Tries to connect. Never throws for what the server does. */
  static async open(request: ConnectionRequest): Promise<ConnectResult> {
    const client = makeClient(request);
    const connection = new OpenConnection(client);
    try {
      await client.connect();
      return { kind: "admitted", connection };
    } catch (error) {
      const refusal = serverError(error);
      if (refusal !== undefined) return { kind: "refused", error: refusal };
      return { kind: "dropped", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The process id of BackendKeyData. */
  get processId(): number | undefined {
    const { processID } = this.#client as unknown as { readonly processID?: number | null };
    return processID ?? undefined;
  }

  /** Runs statements. Never throws for what the server does. */
  async query(sql: string, parameters: readonly unknown[] | undefined): Promise<QueryResult> {
    if (this.#isEnded) return { kind: "dropped", reason: "the connection was ended before" };
    try {
      const answer: unknown = await this.#client.query(
        parameters === undefined ? sql : { text: sql, values: [...parameters] },
      );
      const last = objectOf(Array.isArray(answer) ? answer.at(-1) : answer);
      const rows = Array.isArray(last["rows"]) ? (last["rows"] as unknown[]) : [];
      return {
        kind: "rows",
        rows: rows.map((row) => ({ ...objectOf(row) })),
        rowCount: typeof last["rowCount"] === "number" ? last["rowCount"] : null,
        command: textOf(last["command"]) ?? "",
      };
    } catch (error) {
      const failure = serverError(error);
      if (failure !== undefined) {
        if (failure.severity === "FATAL") this.#error ??= failure;
        return { kind: "error", error: failure };
      }
      return { kind: "dropped", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Whether the server ends it in this time, and the error that it was told. */
  async ending(
    timeoutMs: number,
  ): Promise<{ readonly isEnded: boolean; readonly error: ServerError | undefined }> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#ended, timeout]);
    clearTimeout(timer);
    return { isEnded: this.#isEnded, error: this.#error };
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    if (!this.#isEnded) await this.#client.end();
  }

  /** Breaks the socket without a farewell. */
  async break(): Promise<void> {
    const { connection } = this.#client as unknown as {
      readonly connection: { readonly stream: { destroy(): void } };
    };
    connection.stream.destroy();
    await this.#ended;
  }
}

function makeClient(request: ConnectionRequest): Client {
  const { host, port, user, database, password, tls } = request;
  return new Client({
    host,
    port,
    user,
    database,
    password,
    options: request.options ?? "",
    application_name: request.applicationName ?? "dsql-emulator scenario",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ssl:
      tls.kind === "off"
        ? false
        : {
            ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
            ...(tls.ca === undefined ? { rejectUnauthorized: false } : { ca: tls.ca }),
          },
    types: {
      getTypeParser: parserOf as typeof types.getTypeParser,
    },
  });
}

function parserOf(oid: Parameters<typeof types.getTypeParser>[0]): unknown {
  return KEPT_AS_TEXT.includes(oid) ? String : types.getTypeParser(oid);
}

/** `undefined` if it is no error that the server sent. */
function serverError(error: unknown): ServerError | undefined {
  if (!(error instanceof Error) || !("severity" in error)) return undefined;
  const { severity, code, detail, hint } = error as unknown as Record<string, unknown>;
  if (typeof severity !== "string" || typeof code !== "string") return undefined;
  return {
    severity,
    sqlState: code,
    message: error.message,
    detail: textOf(detail),
    hint: textOf(hint),
  };
}
