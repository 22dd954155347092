/** An engine whose database begins with what the configuration declares. */
import type { ConfiguredDatabaseRole } from "../config/index.ts";
import type { DatabaseImage, PgliteEngine } from "../engine/index.ts";
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

/** What a database is before its beginning has run, and after it. */
export type BeginningMoment = "empty" | "configuration";

/** Keeps images of a database in memory at its beginning, so that it can be brought back there. */
export interface BeginningImages {
  wants(moment: BeginningMoment): boolean;
  keep(moments: readonly BeginningMoment[], image: DatabaseImage): void;
}

/**
 * Runs the beginning as `admin` before the first session is opened. While it fails, no session is
 * opened: a client gets XX000 with the statement's error.
 *
 * @param images those of a database in memory, which is empty whenever its engine starts
 */
export function seededEngine(
  engine: PgliteEngine,
  beginning: DatabaseBeginning,
  mark: BeginningMark,
  images?: BeginningImages,
): PgliteEngine {
  const statements = statementsOf(beginning);
  let starting: Promise<void> | undefined;
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
  /** Whether nothing has run in the engine. */
  let isNew = images !== undefined;
  const needsBeginning = (): boolean => statements.length > 0 && !mark.isSet();
  const keepImage = async (...moments: readonly BeginningMoment[]): Promise<void> => {
    if (images === undefined || !moments.some((moment) => images.wants(moment))) return;
    images.keep(moments, await engine.saveImage());
  };
  const start = async (): Promise<void> => {
    const wasNew = isNew;
    isNew = false;
    const isSame = statements.length === 0;
    if (wasNew) await (isSame ? keepImage("empty", "configuration") : keepImage("empty"));
    if (!needsBeginning()) return;
    await begin();
    if (wasNew) await keepImage("configuration");
  };
  const seeded = async (): Promise<void> => {
    if (starting === undefined) {
      if (!isNew && !needsBeginning()) return;
      if (failure !== undefined && needsBeginning()) throw failure;
    }
    starting ??= start().finally(() => {
      starting = undefined;
    });
    await starting;
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
      isNew = false;
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
