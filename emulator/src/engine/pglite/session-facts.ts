/**
 * What SQL can ask about the session that it runs in: who is connected, under which ids.
 *
 * The backend is one for all sessions, so it is told with every change of session. It is told in a
 * setting that nobody can change by SQL, not even a superuser, and only superusers can read:
 * `external_pid_file`, which a single-user PostgreSQL has no use for. The text that it has at the start
 * is overwritten in the engine's memory, which costs a copy of a few bytes and touches no transaction.
 *
 * @see https://www.postgresql.org/docs/16/runtime-config-file-locations.html
 */

import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { firstValue } from "./backend-reply.ts";

/** Name of the setting. */
export const SESSION_FACTS_SETTING = "external_pid_file";

/** Longest text, in bytes; an ARN has up to 632. */
const FACTS_BYTES = 1024;
const MARK = "facts of the session ";

/** The text that the engine is started with, so that its place in memory can be found. */
export const SESSION_FACTS_AT_START = MARK.padEnd(FACTS_BYTES, ".");

/** Place of each fact in the text, from 1, as `split_part` counts. */
export const SESSION_FACT = {
  processId: 1,
  sessionId: 2,
  principalArn: 3,
  refusesRepeatedGrant: 4,
} as const;

const SEPARATOR = "\x1f";

/** The facts as one text. */
export function sessionFactsText(facts: {
  readonly processId: number;
  readonly sessionId: string;
  readonly principalArn: string;
  readonly refusesRepeatedGrant: boolean;
}): string {
  return [
    String(facts.processId),
    facts.sessionId,
    facts.principalArn,
    facts.refusesRepeatedGrant ? "on" : "off",
  ].join(SEPARATOR);
}

/**
 * Tells the backend the facts of the session that it runs for from now on; with `again` even if it was
 * told the same before.
 */
export type TellSessionFacts = (text: string, options?: { readonly again: boolean }) => void;

/**
 * Finds the place of the text and takes the start text away.
 *
 * @throws InvariantViolation when the engine does not show what is written there
 */
export function createSessionFacts(backend: Backend, memory: SharedArrayBuffer): TellSessionFacts {
  const bytes = Buffer.from(memory);
  const place = findPlace(backend, bytes);
  let told: string | undefined;
  const tell: TellSessionFacts = (text, options) => {
    if (text === told && options?.again !== true) return;
    const end = bytes.write(text, place, FACTS_BYTES, "utf8");
    bytes[place + end] = 0;
    told = text;
  };
  tell("");
  if (show(backend) !== "") throw new InvariantViolation("the facts of a session cannot be told");
  return tell;
}

/** The memory has copies of the text; the right one is the one whose change PostgreSQL shows. */
function findPlace(backend: Backend, bytes: Buffer): number {
  const pattern = Buffer.from(`${SESSION_FACTS_AT_START}\0`);
  const [first = 0] = pattern;
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
    bytes[at] = first ^ 0x20;
    if (show(backend) !== SESSION_FACTS_AT_START) return at;
    bytes[at] = first;
  }
  throw new InvariantViolation("the place of the facts of a session was not found");
}

function show(backend: Backend): string | undefined {
  return firstValue(backend.query(`SHOW ${SESSION_FACTS_SETTING}`));
}
