/** What a review finds to be wrong, or worth a second look. */

/** `error`: it does not work, or is open where nobody can want it. `info`: may be as it should be. */
export type Severity = "error" | "warning" | "info";

/** One thing that was found. */
export interface Finding {
  /** Of the kind of finding, such as `mapping-of-missing-principal`. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly what: string;
  /** ARN, statement or application. */
  readonly where: string;
  readonly todo: string;
}

const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** The gravest first; those of one severity in the order in which they were found. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** Whether a value of JSON is the list of findings that `/_emulator/doctor` answers. */
export function isFindingList(json: unknown): json is { readonly findings: readonly Finding[] } {
  return Array.isArray((json as { readonly findings?: unknown } | null | undefined)?.findings);
}

/** A paragraph for each finding, and how many there are. */
export function renderFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return "nothing found\n";
  const paragraphs = findings.map(
    ({ id, severity, what, where, todo }) =>
      `${severity.padEnd(7)} ${id}\n  ${where}\n  ${what}\n  do: ${todo}\n`,
  );
  const count = (wanted: Severity): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  const counts = [
    counted(count("error"), "error"),
    counted(count("warning"), "warning"),
    `${count("info")} for information`,
  ];
  return `${paragraphs.join("\n")}\n${counts.join(", ")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
