/** A record that came over HTTP, possibly from another version of the emulator. */
import type { DecisionRecord } from "./decision-record.ts";

const REQUIRED_TEXTS = ["sessionId", "decidedAt", "mode", "outcome", "requestedUser"] as const;
const REFUSAL_TEXTS = ["code", "sqlState", "message", "detail", "reason", "fix"] as const;
const REQUIRED_OF_PRINCIPAL = ["kind", "name", "arn"] as const;
const OUTCOMES: readonly unknown[] = ["passed", "refused", "waived", "skipped"];

/** The value as a record, or `undefined` if it has not the form that `explainRecord` reads. */
export function parseDecisionRecord(value: unknown): DecisionRecord | undefined {
  if (!isObject(value)) return undefined;
  const { principal, connection, trace } = value;
  const isRecord =
    REQUIRED_TEXTS.every((name) => typeof value[name] === "string") &&
    isRefusalOrNull(value["refusal"]) &&
    (principal === null || (isObject(principal) && typeof principal["arn"] === "string")) &&
    isObject(connection) &&
    typeof connection["state"] === "string" &&
    Array.isArray(trace) &&
    trace.every(isStep);
  if (!isRecord) return undefined;
  const needed = isNeeded(value["needed"]) ? value["needed"] : null;
  return { ...value, needed } as unknown as DecisionRecord;
}

/** What an emulator of another version says is needed is left out. */
function isNeeded(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { principal, access, grant } = value;
  return (
    isObject(principal) &&
    REQUIRED_OF_PRINCIPAL.every((name) => typeof principal[name] === "string") &&
    typeof value["cluster"] === "string" &&
    (access === null ||
      (isObject(access) &&
        Array.isArray(access["denies"]) &&
        Array.isArray(access["widenings"]))) &&
    (grant === null || (isObject(grant) && Array.isArray(grant["statements"])))
  );
}

function isStep(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["step"] === "string" &&
    OUTCOMES.includes(value["outcome"]) &&
    isObject(value["saw"]) &&
    isRefusalOrNull(value["refusal"])
  );
}

function isRefusalOrNull(value: unknown): boolean {
  if (value === null) return true;
  return (
    isObject(value) &&
    REFUSAL_TEXTS.every((name) => typeof value[name] === "string") &&
    isObject(value["confidence"])
  );
}

interface JsonObject {
  readonly [name: string]: unknown;
  readonly principal?: unknown;
  readonly connection?: unknown;
  readonly trace?: unknown;
  readonly access?: unknown;
  readonly grant?: unknown;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
