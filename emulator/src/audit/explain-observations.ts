/** What a step of the pipeline saw, as lines. */
import type { JsonValue } from "./decision-record.ts";

type JsonObject = Readonly<Record<string, JsonValue>>;

/** Observations with a line or a block of their own; the others are `name=value` on one line. */
const BLOCKS: Readonly<Record<string, string>> = {
  canonicalRequest: "canonical request that the emulator computed from the token:",
  stringToSign: "string to sign:",
};

/** Of one element of a policy statement (our choice); the record has more. */
const MAX_PATTERNS_SHOWN = 5;

/**
 * The lines, without indentation. `inFull` is for a step that refused: policy statements and
 * canonical request are shown with it, and left out of a step that passed.
 */
export function explainObservations(
  saw: JsonObject,
  { inFull }: { readonly inFull: boolean },
): string[] {
  const { decision, explanation, unrelated, requestKeys, mappings, ...rest } = saw as JsonObject & {
    readonly decision?: JsonValue;
    readonly explanation?: JsonValue;
    readonly unrelated?: JsonValue;
    readonly requestKeys?: JsonValue;
    readonly mappings?: JsonValue;
  };
  const facts: string[] = [];
  const blocks: string[] = [];
  for (const [name, value] of Object.entries(rest)) {
    const title = BLOCKS[name];
    if (title === undefined || typeof value !== "string") facts.push(`${name}=${inline(value)}`);
    else if (inFull) blocks.push(title, ...value.split("\n").map((line) => `  | ${line}`));
  }
  return [
    ...listOf(explanation).map(inline),
    ...(facts.length === 0 ? [] : [facts.join("  ")]),
    ...(inFull
      ? [...decisionLines(decision), ...unrelatedLines(unrelated), ...keyLines(requestKeys)]
      : []),
    ...mappingLines(mappings),
    ...blocks,
  ];
}

/** The policy statements that a decision looked at and how near each came. */
function decisionLines(decision: JsonValue | undefined): string[] {
  if (!isObject(decision)) return [];
  const { statementsExamined, matched, nearMisses } = decision as Record<
    string,
    JsonValue | undefined
  >;
  const counted =
    typeof statementsExamined === "number"
      ? [`policy statements looked at: ${statementsExamined}`]
      : [];
  return [
    ...counted,
    ...listOf(matched).map((entry) => `  matches: ${statementText(entry)}`),
    ...listOf(nearMisses).map((entry) => `  does not match: ${statementText(entry)}`),
  ];
}

/** Statements about something else, which cover neither the action nor the resource. */
function unrelatedLines(unrelated: JsonValue | undefined): string[] {
  return listOf(unrelated).map((entry) => {
    if (!isObject(entry)) return `  ${inline(entry)}`;
    const { action, resource } = entry as Record<string, JsonValue | undefined>;
    const on = typeof resource === "string" ? ` on ${resource}` : "";
    return `  is about something else: ${statementText(entry)}: ${inline(action ?? null)}${on}`;
  });
}

/** The values that conditions and variables of policies see. */
function keyLines(keys: JsonValue | undefined): string[] {
  if (!isObject(keys)) return [];
  const lines = Object.entries(keys).map(
    ([key, values]) => `  ${key} = ${listOf(values).map(inline).join(", ") || inline(values)}`,
  );
  return lines.length === 0 ? [] : ["condition keys of the request:", ...lines];
}

const ROLE_STATES: Readonly<Record<string, string>> = {
  present: "is in the database and has LOGIN",
  missing: "is not in the database",
  "no-login": "is in the database, without LOGIN",
  reserved: "is one of the system, which nobody can be mapped to",
};

/** What the database has around the mapping that it has not. */
function mappingLines(mappings: JsonValue | undefined): string[] {
  if (!isObject(mappings)) return [];
  const { role, rolesOfPrincipal, principalsOfRole } = mappings as Record<
    string,
    JsonValue | undefined
  >;
  const listed = (values: JsonValue | undefined): string =>
    listOf(values).map(inline).join(", ") || "none";
  return [
    `the role ${ROLE_STATES[inline(role ?? null)] ?? inline(role ?? null)}`,
    `roles that the principal is mapped to: ${listed(rolesOfPrincipal)}`,
    `principals that are mapped to the role: ${listed(principalsOfRole)}`,
  ];
}

function statementText(entry: JsonValue): string {
  if (!isObject(entry)) return inline(entry);
  const { policy, statementIndex, sid, effect, failedElement, failed, condition } = entry as Record<
    string,
    JsonValue | undefined
  >;
  const name = typeof sid === "string" ? `\`${sid}\`` : `number ${inline(statementIndex ?? null)}`;
  const where = isObject(policy)
    ? ` of ${inline(policy["kind"] ?? null)} policy \`${inline(policy["name"] ?? null)}\` on ${inline(policy["attachedTo"] ?? null)}`
    : "";
  const why =
    typeof failedElement !== "string"
      ? ""
      : isObject(condition)
        ? `: ${conditionText(condition)}`
        : `: ${elementText(failedElement, failed)}`;
  return `statement ${name} (${inline(effect ?? null)})${where}${why}`;
}

/** The condition that does not hold, and the values that it saw. */
function conditionText(condition: JsonObject): string {
  const { operator, key, expected, seen } = condition as Record<string, JsonValue | undefined>;
  const wanted = listOf(expected)
    .slice(0, MAX_PATTERNS_SHOWN)
    .map((value) => `\`${inline(value)}\``);
  const more = listOf(expected).length > MAX_PATTERNS_SHOWN ? " and more" : "";
  const found =
    seen === null || seen === undefined
      ? "is not in the request"
      : `is ${listOf(seen)
          .map((value) => `\`${inline(value)}\``)
          .join(", ")}`;
  return `its condition wants \`${inline(operator ?? null)}\` of ${wanted.join(", ")}${more}, but \`${inline(key ?? null)}\` ${found}`;
}

/** What the element says that does not cover the request. */
function elementText(name: string, failed: JsonValue | undefined): string {
  const { isNegated, patterns } = (isObject(failed) ? failed : {}) as Record<
    string,
    JsonValue | undefined
  >;
  const texts = listOf(patterns).map((pattern) =>
    isObject(pattern) ? `\`${inline(pattern["text"] ?? null)}\`` : inline(pattern),
  );
  if (texts.length === 0) return `its ${name} does not cover the request`;
  const shown = texts.slice(0, MAX_PATTERNS_SHOWN).join(", ");
  const more = texts.length > MAX_PATTERNS_SHOWN ? " and more" : "";
  return `its ${isNegated === true ? "Not" : ""}${name} is ${shown}${more}`;
}

function inline(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
