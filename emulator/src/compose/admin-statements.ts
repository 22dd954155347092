/** SQL that the emulator itself runs as `admin`: of the configuration and of hooks. */
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { PgliteEngine } from "../engine/index.ts";
import { BACKEND_TYPE, latin1Text, queryFrame } from "../pgwire/index.ts";
import type { SqlSession } from "../session/index.ts";
import { inspectQuery, replaceInPlace, splitStatements } from "../sql/index.ts";

const HEADER_BYTES = 5;
/** So much of a statement is in messages. */
const SHOWN_CHARACTERS = 80;

/** A statement has failed; those before it have been run. */
export class StatementError extends Error {
  override readonly name = "StatementError";
  /** Whether the database itself says so, and will say so again. */
  readonly isAnswer: boolean;

  constructor(reason: string, statement: string, isAnswer: boolean) {
    const shown = Buffer.from(statement, "latin1").toString("utf8").slice(0, SHOWN_CHARACTERS);
    super(`${reason} in: ${shown}`);
    this.isAnswer = isAnswer;
  }
}

/** The statements of texts that have one or more of them each; one character for each byte. */
export function statementsIn(texts: readonly string[]): readonly string[] {
  return texts
    .map((text) => Buffer.from(text, "utf8").toString("latin1"))
    .flatMap((text) => splitStatements(text).statements.map((one) => one.text));
}

/**
 * Runs statements one after the other in a session of their own.
 *
 * @throws StatementError for the first one that fails
 * @throws SessionStartError when there is no session
 */
export async function runAsAdmin(
  engine: PgliteEngine,
  statements: readonly string[],
): Promise<void> {
  const session = await engine.openSession({ databaseRole: ADMIN_ROLE, settings: new Map() });
  try {
    for (const statement of statements) await run(session, statement);
  } finally {
    await session.close();
  }
}

async function run(session: SqlSession, statement: string): Promise<void> {
  const pieces: Uint8Array[] = [];
  const { replaced, mayChangeSettings, deallocatesAll } = inspectQuery(statement);
  const outcome = await session.run(
    {
      frames: [queryFrame(replaceInPlace(statement, replaced))],
      endsWithReadyForQuery: true,
      mayChangeSettings,
      deallocatesAll,
    },
    (chunk) => {
      pieces.push(chunk.slice());
      return undefined;
    },
  );
  if (outcome.kind !== "completed") throw new StatementError(outcome.kind, statement, false);
  const error = firstError(Buffer.concat(pieces));
  if (error !== undefined) throw new StatementError(error, statement, true);
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
