/** A record as a text for people: what was asked, what DSQL answers, what each step saw, what to do. */
import type { DecisionRecord, RecordedRefusal, RecordedStep } from "./decision-record.ts";
import { explainNeeded } from "./explain-needed.ts";
import { explainObservations } from "./explain-observations.ts";
import { printableText } from "./printable-text.ts";

const MARK: Readonly<Record<RecordedStep["outcome"], string>> = {
  passed: "✓",
  refused: "✗",
  waived: "~",
  skipped: "-",
};

/** The text, of several lines and with a final newline; nothing in it can move the cursor. */
export function explainRecord(record: DecisionRecord): string {
  const { refusal } = record;
  const parts = [
    head(record),
    ...(refusal === null ? [] : [answerPart(record, refusal)]),
    stepsPart(record.trace),
    ...(refusal === null ? [] : [advicePart(record, refusal)]),
    ...neededPart(record),
    ...(record.isShortened
      ? [["note: long texts and lists were cut when this was recorded; `…` shows where"]]
      : []),
  ];
  return `${parts.map((lines) => lines.map(printableText).join("\n")).join("\n\n")}\n`;
}

function head(record: DecisionRecord): string[] {
  const { principal, clusterArn, serverName, requestedUser, requestedDatabase } = record;
  return [
    `session ${record.sessionId}: ${outcomeText(record)}`,
    `  who     ${principal?.arn ?? "not proven by a signature"}`,
    `  as      database role \`${requestedUser}\` in database \`${requestedDatabase}\``,
    `  where   ${clusterArn ?? "no cluster"}, server name ${serverName === null ? "not sent" : `\`${serverName}\``}`,
    `  from    ${record.clientAddress}`,
    `  when    ${record.decidedAt} (emulator time), enforcement ${record.mode}`,
    ...connectionLines(record),
  ];
}

function outcomeText({ outcome, refusal }: DecisionRecord): string {
  if (refusal === null) return outcome;
  return outcome === "refused"
    ? `refused (${refusal.code})`
    : `admitted, but strict mode would have refused it (${refusal.code})`;
}

function connectionLines({ connection }: DecisionRecord): string[] {
  const { state, openedAt, closedAt, closeReason, processId, applicationName } = connection;
  if (state === "refused") return [];
  if (openedAt === null) {
    return [`  session ${closeReason ?? "the database session has not been opened"}`];
  }
  const client = applicationName === null || applicationName === "" ? "" : ` (${applicationName})`;
  const opened = `  session process id ${processId ?? "unknown"}${client}, opened ${openedAt}`;
  return [closedAt === null ? opened : `${opened}, closed ${closedAt}: ${closeReason ?? ""}`];
}

function answerPart({ outcome }: DecisionRecord, refusal: RecordedRefusal): string[] {
  const { severity, sqlState, message, detail, hint, confidence, source } = refusal;
  return [
    outcome === "refused" ? "what the client was told" : "what strict would tell the client",
    `  ${severity}  ${message}`,
    `  SQLSTATE ${sqlState}`,
    `  DETAIL  ${detail}`,
    ...(hint === null ? [] : [`  HINT    ${hint}`]),
    `  how sure that DSQL answers so: SQLSTATE ${confidence.sqlState}, text ${confidence.text} (${source})`,
  ];
}

function stepsPart(trace: readonly RecordedStep[]): string[] {
  const width = Math.max(0, ...trace.map(({ step }) => step.length));
  return ["checks, in order", ...trace.flatMap((step) => stepLines(step, width))];
}

function stepLines({ step, outcome, saw, refusal }: RecordedStep, width: number): string[] {
  const name = `  ${MARK[outcome]} ${step.padEnd(width)}  ${outcome}`;
  const lines = explainObservations(saw, { inFull: refusal !== null });
  // The explanation of a policy decision says the same as the reason, a line each.
  const hasExplanation = Array.isArray(saw["explanation"]);
  return [
    refusal === null ? name : `${name}: ${refusal.code}`,
    ...(refusal === null || hasExplanation ? [] : [`      ${refusal.reason}`]),
    ...lines.map((line) => `      ${line}`),
  ];
}

function neededPart({ needed }: DecisionRecord): string[][] {
  const lines = needed === null ? [] : explainNeeded(needed);
  return lines.length === 0 ? [] : [["what is needed", ...lines]];
}

function advicePart({ outcome }: DecisionRecord, refusal: RecordedRefusal): string[] {
  return [
    `What to do: ${refusal.fix}`,
    `  (${refusal.code}: ${refusal.meaning})`,
    ...(outcome === "refused"
      ? []
      : ["  the connection was admitted only because enforcement is not strict"]),
  ];
}
