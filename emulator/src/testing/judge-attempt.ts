/** Compares what became of an attempt with what a test expects, and says in words what differs. */
import { explainRecord } from "../audit/index.ts";
import type { RefusalCode } from "../auth/index.ts";
import { type Attempt, observeAttempt, type Observed } from "./observe-attempt.ts";
import type { TestEmulator } from "./test-emulator.ts";

/** A refusal that is expected; what is not given may be anything. */
export interface ExpectedRefusal {
  /** The emulator's code, of docs/errors.md. */
  readonly reason?: RefusalCode;
  /** As the client sees it. */
  readonly sqlState?: string;
  /** Whose decision it is; by default that of any emulator of this process. */
  readonly emulator?: TestEmulator;
}

/** An admission that is expected; what is not given may be anything. */
export interface ExpectedAdmission {
  /** Role of the database. */
  readonly as?: string;
  /** ARN of who signed. */
  readonly principal?: string;
  /** Whose decision it is; by default that of any emulator of this process. */
  readonly emulator?: TestEmulator;
}

/** The judgement, in words for both cases: that it was to be so, or not to be so. */
export interface Judgement {
  readonly isMet: boolean;
  /** What was expected, what came, and the trace. */
  readonly text: string;
}

/** Whether the attempt is refused as expected. A connection that comes of it nevertheless is closed: nobody waits for it. */
export async function judgeRefusal(
  attempt: Attempt,
  expected: ExpectedRefusal,
): Promise<Judgement> {
  const { reason, sqlState } = expected;
  const wanted = `a refused connection${part("reason", reason)}${part("SQLSTATE", sqlState)}`;
  const { emulator } = expected;
  const observed = await observeAttempt(attempt, { emulator, closesPromised: true });
  if (observed.kind === "connected") return judgement(false, wanted, observed);
  const refusal = observed.decision?.outcome === "refused" ? observed.decision.refusal : null;
  const isMet =
    refusal !== null &&
    (reason === undefined || refusal.code === reason) &&
    (sqlState === undefined || refusal.sqlState === sqlState);
  return judgement(isMet, wanted, observed);
}

/** Whether the attempt is admitted as expected. One that only `soft` or `off` admits is admitted. */
export async function judgeAdmission(
  attempt: Attempt,
  expected: ExpectedAdmission,
): Promise<Judgement> {
  const { as, principal } = expected;
  const wanted = `an admitted connection${part("as", as)}${part("of", principal)}`;
  const { emulator } = expected;
  const observed = await observeAttempt(attempt, { emulator, closesPromised: false });
  const decision = observed.kind === "connected" ? observed.decision : undefined;
  const isMet =
    decision !== undefined &&
    (as === undefined || decision.requestedUser === as) &&
    (principal === undefined || decision.principal?.arn === principal);
  return judgement(isMet, wanted, observed);
}

/** `, name value`, or nothing. */
export function part(name: string, value: string | undefined): string {
  return value === undefined ? "" : `, ${name} ${value}`;
}

/** The judgement with what came and the trace. */
export function judgement(isMet: boolean, wanted: string, observed: Observed): Judgement {
  const trace = observed.decision === undefined ? "" : `\n\n${explainRecord(observed.decision)}`;
  return { isMet, text: `expected ${wanted}; ${came(observed)}${trace}` };
}

function came(observed: Observed): string {
  const { decision } = observed;
  if (observed.kind === "connected") {
    return decision === undefined
      ? "it connected, but no emulator of this process can be told to have decided on it: give `emulator`, and a connected client, a query's result, or a function that connects once"
      : `it was admitted as ${decision.requestedUser}`;
  }
  const { error } = observed;
  const message = error instanceof Error ? error.message : String(error);
  return decision === undefined
    ? `it failed, but not by a decision of an emulator of this process: ${message}`
    : `it failed, ${decision.refusal === null ? "although it was admitted" : `refused for ${decision.refusal.code}, SQLSTATE ${decision.refusal.sqlState}`}: ${message}`;
}
