/** One line for stderr per decision. */
import type { DecisionRecord, DecisionSummary } from "./decision-record.ts";
import { printableText } from "./printable-text.ts";

/** Characters of the reason that a line shows; the record has all of it. */
const MAX_REASON_CHARACTERS = 300;

/** The line of a decision, without its newline. Never more than one line, whatever a client sent. */
export function decisionLine(record: DecisionRecord, format: "pretty" | "json"): string {
  return format === "json" ? jsonLine(record) : prettyLine(record);
}

function jsonLine(record: DecisionSummary): string {
  const { sessionId, decidedAt, mode, outcome, clientAddress, serverName, clusterArn } = record;
  const { requestedUser, requestedDatabase, principal, refusal } = record;
  return JSON.stringify({
    time: decidedAt,
    event: "connection-decision",
    sessionId,
    outcome,
    mode,
    requestedUser,
    requestedDatabase,
    clientAddress,
    serverName,
    clusterArn,
    principal: principal?.arn ?? null,
    code: refusal?.code ?? null,
    sqlState: refusal?.sqlState ?? null,
    reason: refusal === null ? null : shortened(refusal.reason),
  });
}

function prettyLine(record: DecisionSummary): string {
  const { sessionId, decidedAt, outcome, requestedUser, clientAddress, refusal } = record;
  const who = record.principal === null ? "" : ` signed by ${record.principal.arn}`;
  const target = record.clusterArn?.split("/").at(-1) ?? record.serverName ?? "no cluster";
  const head = `${decidedAt} ${outcome} \`${requestedUser}\` on ${target} from ${clientAddress}${who}`;
  if (refusal === null) return printableText(`${head} [${sessionId}]`);
  const why = `${refusal.code}: ${shortened(refusal.reason)}`;
  const judged = outcome === "refused" ? why : `although strict would refuse it: ${why}`;
  return printableText(`${head}: ${judged} [dsql-emulator explain ${sessionId}]`);
}

function shortened(reason: string): string {
  return reason.length <= MAX_REASON_CHARACTERS
    ? reason
    : `${reason.slice(0, MAX_REASON_CHARACTERS)}…`;
}
