/**
 * The prepared statements of one session on the shared backend: what each is called in the engine,
 * and what has to be sent so that a batch finds the statements that its session has prepared.
 *
 * Prepared statements are not transactional: a change is remembered when its ParseComplete or
 * CloseComplete is seen, whatever the transaction does afterwards.
 */

import { FRONTEND_TYPE } from "../../pgwire/index.ts";
import { randomBytes } from "node:crypto";
import type { EngineBatch, FrontendFrame } from "../../session/index.ts";
import { statementNameOf } from "./session-frames.ts";

/** The names live in one backend, where SQL of any session can use a name that it knows. */
const NAME_PREFIX_BYTES = 10;

/** A statement that the session has prepared under a name. */
export interface NamedStatement {
  readonly engineName: string;
  /** The Parse, with the engine's name in it. */
  readonly parse: FrontendFrame;
  /** Whether executing it may change a setting of the session. */
  readonly mayChangeSettings: boolean;
  /** The engine's statements of this generation include it; an older one has to be parsed again. */
  generation: number;
}

/** The unnamed statement of a session. */
export interface UnnamedStatement {
  readonly parse: FrontendFrame;
  readonly mayChangeSettings: boolean;
}

/** What a session has prepared. */
export interface SessionStatements {
  /** What the engine's names of its statements begin with; no other session can guess it. */
  readonly namePrefix: string;
  /** By the client's name. */
  readonly named: Map<string, NamedStatement>;
  unnamed: UnnamedStatement | undefined;
  /** Number of names given so far. */
  namesGiven: number;
  /** Whether any of its statements, ever, might change a setting. */
  anyMayChangeSettings: boolean;
}

/** A session that has prepared nothing. */
export function createSessionStatements(): SessionStatements {
  return {
    namePrefix: `s${randomBytes(NAME_PREFIX_BYTES).toString("hex")}`,
    named: new Map(),
    unnamed: undefined,
    namesGiven: 0,
    anyMayChangeSettings: false,
  };
}

/** A name that no statement of the engine has had before. */
export function newEngineName(statements: SessionStatements): string {
  statements.namesGiven += 1;
  return `${statements.namePrefix}_${statements.namesGiven}`;
}

/** Whether the batch binds a statement of an earlier batch that may change a setting. */
export function usesSettingChanger(statements: SessionStatements, batch: EngineBatch): boolean {
  if (!statements.anyMayChangeSettings) return false;
  return batch.frames.some((frame) => {
    if (frame.type !== FRONTEND_TYPE.Bind) return false;
    const name = statementNameOf(frame) ?? "";
    const statement = name === "" ? statements.unnamed : statements.named.get(name);
    return statement?.mayChangeSettings === true;
  });
}
