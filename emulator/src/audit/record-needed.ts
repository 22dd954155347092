/** What a connection needs, put together from the refusals of its trace. */
import type { NeededPermissions, TraceEntry } from "../auth/index.ts";
import type { BoundedJson } from "./bounded-json.ts";

/** Statements that deny and that a record names (our choice). */
const MAX_DENIES = 10;

/**
 * What the refusals of a trace need together. In `soft` mode the policies and the mapping are both
 * looked at, and what the latter says of the grant is more than what the former can know.
 */
export function neededByTrace(trace: readonly TraceEntry[]): NeededPermissions | undefined {
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
