/** A refusal is a value from the catalogue with the facts of one case, never an exception. */
import type { NeededPermissions } from "./needed-permissions.ts";
import { REFUSALS, type RefusalCode, type RefusalEntry } from "./refusal-catalogue.ts";

/** Why a connection is refused. */
export interface AuthRefusal {
  readonly code: RefusalCode;
  /** DSQL's hint for this case, or `undefined` where DSQL gives none. */
  readonly hint: string | undefined;
  /** DSQL's message for this case. */
  readonly message: string;
  /** In place of the catalogue's. */
  readonly sqlState?: string;
  /** Whether the connection is closed without a word. */
  readonly isSilent?: true;
  /** The emulator's own words, on one line: what was seen, what was expected, what to do. */
  readonly reason: string;
  /** What to do in this case, where more is known than the catalogue's `fix` says. */
  readonly fix?: string;
  /** What would cure it; `undefined` where no permission does. */
  readonly needed?: NeededPermissions | undefined;
}

/** The values that a catalogue entry's `{placeholders}` stand for. */
export type RefusalFacts = Readonly<Record<string, string | number>>;

/** What would break the line, or control a terminal that shows it. */
const CONTROL_CHARACTER = /[\p{Cc}\u2028\u2029]/gu;

/**
 * Makes the refusal of a catalogue entry for one case. Control characters of a reason, which may
 * quote what a client sent, become `\uFFFD`; message and hint are DSQL's and stay as they are.
 */
export function refuse(code: RefusalCode, reason: string, facts: RefusalFacts = {}): AuthRefusal {
  const entry: RefusalEntry = REFUSALS[code];
  return {
    code,
    message: fill(entry.message, facts),
    hint: entry.hint === undefined ? undefined : fill(entry.hint, facts),
    reason: reason.replace(CONTROL_CHARACTER, "\uFFFD"),
  };
}

/** The refusal with advice of its own; control characters become `\uFFFD`, as in a reason. */
export function withFix(refusal: AuthRefusal, fix: string | undefined): AuthRefusal {
  return fix === undefined
    ? refusal
    : { ...refusal, fix: fix.replace(CONTROL_CHARACTER, "\uFFFD") };
}

function fill(template: string, facts: RefusalFacts): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    String(facts[name] ?? placeholder),
  );
}
