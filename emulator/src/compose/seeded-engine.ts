/** An engine whose database begins with what the configuration declares. */
import type { ConfiguredDatabaseRole } from "../config/index.ts";
import type { PgliteEngine } from "../engine/index.ts";
import { SessionStartError } from "../session/index.ts";
import { runAsAdmin, StatementError, statementsIn } from "./admin-statements.ts";

const INTERNAL_ERROR = "XX000";

/** What a database begins with. */
export interface DatabaseBeginning {
  readonly databaseRoles: readonly ConfiguredDatabaseRole[];
  /** Texts of one or more statements. */
  readonly sql: readonly string[];
}

/** Remembers whether a database has got its beginning. */
export interface BeginningMark {
  isSet(): boolean;
  /** Before the first statement, so that a beginning that does not end is seen. */
  begin(): Promise<void>;
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
  /** A statement that was wrong is wrong again, and those before it would be repeated. */
  let failure: BeginningError | undefined;
  const begin = async (): Promise<void> => {
    await mark.begin();
    try {
      await seed(engine, statements);
    } catch (error) {
      if (error instanceof BeginningError) failure = error;
      throw error;
    }
    await mark.set();
  };
  const seeded = async (): Promise<void> => {
    if (statements.length === 0 || mark.isSet()) return;
    if (failure !== undefined) throw failure;
    seeding ??= begin().finally(() => {
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
    saveImage: async () => {
      await seeded();
      return engine.saveImage();
    },
    restoreImage: async (image) => {
      await engine.restoreImage(image);
      await mark.set();
    },
    copyFiles: async (to) => {
      await seeded();
      await engine.copyFiles(to);
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
  return statementsIn([...roles, ...sql]);
}

async function seed(engine: PgliteEngine, statements: readonly string[]): Promise<void> {
  try {
    await runAsAdmin(engine, statements);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const text = `emulator: the database cannot begin as the configuration says: ${error.message}`;
    const failure = error.isAnswer ? BeginningError : SessionStartError;
    throw new failure(INTERNAL_ERROR, text);
  }
}

/** The database says that a statement of the beginning is wrong. */
class BeginningError extends SessionStartError {}
