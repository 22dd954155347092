/** An engine for tests of roles: statements go the way that a client's go, sessions have an identity. */

import type { PgliteEngineOptions, PgliteProcessOptions } from "../../src/engine/index.ts";
import type { PgliteEngine } from "../../src/engine/index.ts";
import { createPgliteEngine, startPgliteProcess } from "../../src/engine/index.ts";
import type { BatchOutcome, EngineBatch, SqlSession } from "../../src/session/index.ts";
import { inspectQuery, replaceInPlace } from "../../src/sql/index.ts";
import { batch, readAnswer } from "../support/session-client.ts";

/** ARN of an IAM role that no account has. */
export const APP_ARN = "arn:aws:iam::123456789012:role/service/App";
/** ARN of an IAM user that no account has. */
export const USER_ARN = "arn:aws:iam::123456789012:user/alice";

/** A session with the way through the lexer in front of it. */
export interface Client {
  readonly session: SqlSession;
  /** The answer to a simple Query, without what describes rows. */
  ask(sql: string): Promise<readonly string[]>;
  /** The same in the extended protocol, with a Describe of the statement. */
  askExtended(sql: string): Promise<readonly string[]>;
  /** The answer to these messages, as `batch` takes them; they change no settings. */
  send(...messages: readonly string[]): Promise<readonly string[]>;
  /** How the last batch ended. */
  outcome(): BatchOutcome | undefined;
}

/** An engine, and sessions of its roles. */
export interface RoleBench {
  readonly engine: PgliteEngine;
  admin(principalArn?: string): Promise<Client>;
  /** A session that needs the mapping of the role to this principal. */
  mapped(databaseRole: string, principalArn?: string): Promise<Client>;
  /** A session that needs none. */
  unmapped(databaseRole: string): Promise<Client>;
}

/** Makes the engine; it starts with the first session. */
export function roleBench(
  processOptions: PgliteProcessOptions = {},
  engineOptions: Partial<PgliteEngineOptions> = {},
): RoleBench {
  const engine = createPgliteEngine({
    startProcess: (archive) => startPgliteProcess({ ...processOptions, archive }),
    transactionWaitMs: 5_000,
    ...engineOptions,
  });
  let opened = 0;
  const open = async (
    databaseRole: string,
    principalArn: string,
    requiresMapping: boolean,
  ): Promise<Client> => {
    opened += 1;
    const sessionId = `session${opened}`.padEnd(26, "a");
    const identity = { principalArn, sessionId };
    const options = {
      databaseRole,
      settings: new Map<string, string>(),
      identity,
      requiresMapping,
    };
    return clientOf(await engine.openSession(options));
  };
  return {
    engine,
    admin: (principalArn = USER_ARN) => open("admin", principalArn, true),
    mapped: (databaseRole, principalArn = APP_ARN) => open(databaseRole, principalArn, true),
    unmapped: (databaseRole) => open(databaseRole, APP_ARN, false),
  };
}

/** A client of a session. */
export function clientOf(session: SqlSession): Client {
  let outcome: BatchOutcome | undefined;
  const exchange = async (sent: EngineBatch): Promise<string[]> => {
    const pieces: Uint8Array[] = [];
    outcome = await session.run(sent, (piece) => {
      pieces.push(piece.slice());
      return undefined;
    });
    return readAnswer(Buffer.concat(pieces)).filter((line) => !/^[T12tnS]/.test(line));
  };
  const run = (sql: string, messages: (text: string) => string[]): Promise<string[]> => {
    const facts = inspectQuery(sql);
    const { mayChangeSettings, deallocatesAll } = facts;
    const sent = batch(...messages(replaceInPlace(sql, facts.replaced)));
    return exchange({ ...sent, mayChangeSettings, deallocatesAll });
  };
  return {
    session,
    ask: (sql) => run(sql, (text) => [`Q ${text}`]),
    askExtended: (sql) => run(sql, (text) => [`P  ${text}`, "D ", "B ", "E", "S"]),
    send: (...messages) => exchange({ ...batch(...messages), mayChangeSettings: false }),
    outcome: () => outcome,
  };
}
