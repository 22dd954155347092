/** An engine whose database begins with what the configuration declares. */
import type { PgliteEngine } from "../engine/index.ts";
import { BACKEND_TYPE, latin1Text, queryFrame } from "../pgwire/index.ts";
import { SessionStartError, type SqlSession } from "../session/index.ts";
import { inspectQuery, refuseInPlace, splitStatements } from "../sql/index.ts";
import type { ConfiguredDatabaseRole } from "../config/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";

const INTERNAL_ERROR = "XX000";
const HEADER_BYTES = 5;

/** What a database begins with. */
export interface DatabaseBeginning {
  readonly databaseRoles: readonly ConfiguredDatabaseRole[];
  /** Texts of one or more statements. */
  readonly sql: readonly string[];
}

/** Remembers whether a database has got its beginning. */
export interface BeginningMark {
  isSet(): boolean;
  set(): Promise<void>;
}

/**
 * Runs the beginning as `admin` before the first session is opened. While it fails, no session is
 * opened: a client gets XX000 with the statement's error.
 */
export function seededEngine(
  engine: PgliteEngine,
  beginning: DatabaseBeginning,
  mark: BeginningMark,
): PgliteEngine {
  const statements = statementsOf(beginning);
  let seeding: Promise<void> | undefined;
  const seeded = async (): Promise<void> => {
    if (statements.length === 0 || mark.isSet()) return;
    seeding ??= seed(engine, statements)
      .then(() => mark.set())
      .finally(() => {
        seeding = undefined;
      });
    await seeding;
  };
  return {
    openSession: async (options) => {
      await seeded();
      return engine.openSession(options);
    },
    isMapped: async (principalArn, databaseRole) => {
      await seeded();
      return engine.isMapped(principalArn, databaseRole);
    },
    mappingFacts: async (principalArn, databaseRole) => {
      await seeded();
      return engine.mappingFacts(principalArn, databaseRole);
    },
    stop: () => engine.stop(),
  };
}

function statementsOf({ databaseRoles, sql }: DatabaseBeginning): readonly string[] {
  const roles = databaseRoles.flatMap(({ name, arns }) => {
    const role = `"${name.replaceAll('"', '""')}"`;
    return [
      `CREATE ROLE ${role} WITH LOGIN`,
      ...arns.map((arn) => `AWS IAM GRANT ${role} TO '${arn.replaceAll("'", "''")}'`),
    ];
  });
  // Inside, SQL has one character for each byte.
  const texts = [...roles, ...sql].map((text) => Buffer.from(text, "utf8").toString("latin1"));
  return texts.flatMap((text) => splitStatements(text).statements.map((one) => one.text));
}

async function seed(engine: PgliteEngine, statements: readonly string[]): Promise<void> {
  const session = await engine.openSession({ databaseRole: ADMIN_ROLE, settings: new Map() });
  try {
    for (const statement of statements) await run(session, statement);
  } finally {
    await session.close();
  }
}

async function run(session: SqlSession, statement: string): Promise<void> {
  const pieces: Uint8Array[] = [];
  const { refused, mayChangeSettings, deallocatesAll } = inspectQuery(statement);
  const outcome = await session.run(
    {
      frames: [queryFrame(refuseInPlace(statement, refused))],
      endsWithReadyForQuery: true,
      mayChangeSettings,
      deallocatesAll,
    },
    (chunk) => {
      pieces.push(chunk.slice());
      return undefined;
    },
  );
  const error = outcome.kind === "completed" ? firstError(Buffer.concat(pieces)) : outcome.kind;
  if (error === undefined) return;
  const shown = Buffer.from(statement, "latin1").toString("utf8").slice(0, 80);
  throw new SessionStartError(
    INTERNAL_ERROR,
    `emulator: the database cannot begin as the configuration says: ${error} in: ${shown}`,
  );
}

/** The message of the first ErrorResponse of an answer. */
function firstError(answer: Buffer): string | undefined {
  for (let offset = 0; offset < answer.length;) {
    const end = offset + 1 + answer.readUInt32BE(offset + 1);
    if (answer[offset] === BACKEND_TYPE.ErrorResponse) {
      const fields = latin1Text(answer.subarray(offset + HEADER_BYTES, end)).split("\0");
      const text = fields.find((field) => field.startsWith("M"))?.slice(1) ?? "an error";
      return Buffer.from(text, "latin1").toString("utf8");
    }
    offset = end;
  }
  return undefined;
}
