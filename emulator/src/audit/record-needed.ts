/** What a connection needs, put together from the refusals of its trace. */
import type { NeededPermissions, RefusalCode, TraceEntry } from "../auth/index.ts";
import type { BoundedJson } from "./bounded-json.ts";
import type { DecisionRecord } from "./decision-record.ts";

/** Statements that deny and that a record names (our choice). */
const MAX_DENIES = 10;

/** The steps whose refusals permissions may cure. */
const STEPS_OF_PERMISSIONS: readonly string[] = ["iam", "role-mapping"];

/**
 * Whether the signature was looked at and proved nothing: `soft` mode then goes on with a principal
 * that is only claimed.
 */
function isOnlyClaimed(trace: readonly Pick<TraceEntry, "step" | "outcome">[]): boolean {
  return trace.some(({ step, outcome }) => step === "signature" && outcome !== "passed");
}

/** The refusals of a record that no permission cures: of an admitted connection, those that were waived. */
export function uncuredCodes({
  trace,
  needed,
}: Pick<DecisionRecord, "trace" | "needed">): RefusalCode[] {
  // What IAM and the database say of a claimed principal is about somebody else, perhaps.
  const areLeftOut = needed !== null || isOnlyClaimed(trace);
  return trace.flatMap(({ step, refusal }) =>
    refusal === null || (areLeftOut && STEPS_OF_PERMISSIONS.includes(step)) ? [] : [refusal.code],
  );
}

/**
 * What the refusals of a trace need together; nothing when the principal is only claimed. In `soft` mode the policies and the mapping are both
 * looked at, and what the latter says of the grant is more than what the former can know.
 */
export function neededByTrace(trace: readonly TraceEntry[]): NeededPermissions | undefined {
  if (isOnlyClaimed(trace)) return undefined;
  const ofIam = trace.find(({ step }) => step === "iam");
  const ofMapping = trace.find(({ step }) => step === "role-mapping");
  const access = ofIam?.refusal?.needed;
  const grant = ofMapping?.refusal?.needed;
  const isHopeless = [ofIam, ofMapping].some(
    (entry) => entry?.refusal !== undefined && entry.refusal.needed === undefined,
  );
  const base = access ?? grant;
  if (base === undefined || isHopeless) return undefined;
  switch (ofMapping?.outcome) {
    case "passed":
      return { ...base, grant: null };
    case "refused":
    case "waived":
      return { ...base, grant: grant?.grant ?? null };
    case "skipped":
    case undefined:
      return base;
  }
}

/**
 * The same as data of a record. Names and ARNs of IAM are short and stay whole, so that what is shown
 * can be used; the role's name is a client's text and has its bounds.
 */
export function recordNeeded(
  trace: readonly TraceEntry[],
  bounded: BoundedJson,
): NeededPermissions | null {
  const needed = neededByTrace(trace);
  if (needed === undefined) return null;
  const { access, grant } = needed;
  return {
    ...needed,
    access: access && { ...access, denies: access.denies.slice(0, MAX_DENIES) },
    grant: grant && {
      ...grant,
      databaseRole: bounded.text(grant.databaseRole),
      statements: grant.statements.map((statement) => bounded.text(statement)),
    },
  };
}
