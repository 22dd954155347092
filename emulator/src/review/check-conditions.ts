/**
 * Conditions that no request can fulfil. The evaluator decides: a statement with nothing but the
 * conditions on one key is asked about every value of the key that could make a difference.
 */
import {
  type AttachedPolicy,
  evaluateAccess,
  parsePolicyText,
  type PolicyStatement,
} from "../iam/index.ts";

type Condition = PolicyStatement["conditions"][number];

/** Conditions of one statement on one key that are never all fulfilled. */
export interface Contradiction {
  readonly key: string;
  /** Operators with their values, for people. */
  readonly conditions: readonly string[];
  /** Whether the key must be there, and no connection has it. */
  readonly isAbsentKey: boolean;
}

/** Keys that a request to connect may have; names of tags follow the `/`. */
const CONNECTION_KEYS =
  /^aws:(?:principal(?:arn|account|type|isawsservice|orgid|orgpaths|tag\/.*)|userid|username|currenttime|epochtime|viaawsservice|tokenissuetime|sourceidentity|federatedprovider|multifactorauth(?:present|age)|sourceip|vpcsourceip|sourcevpce?|securetransport|requestedregion|resource(?:account|orgid|orgpaths|tag\/.*)|useragent)$/;

/** Keys with several values: different ones may fulfil different conditions. */
const MULTIVALUED_KEYS = /(?:orgpaths|:tagkeys|:calledvia|servicenameslist|:amr)$/;

/** The latest that a `Date` can be. */
const LAST_MOMENT_MS = 8.64e15;

/** What a value is made of tells which neighbours of it may make a difference. */
const NEIGHBOURS: Readonly<Record<string, (values: readonly string[]) => readonly string[]>> = {
  bool: () => ["true", "false"],
  numeric: (values) => [...values, ...between(values.map(Number)).map(String)],
  date: (values) => [
    ...values,
    ...between(values.map((value) => new Date(asMoment(value)).getTime()))
      .filter((moment) => Math.abs(moment) <= LAST_MOMENT_MS)
      .map((moment) => new Date(moment).toISOString()),
  ],
};

/** All contradictions of a statement; `isOfConnections` says that it is about connections alone. */
export function contradictionsOf(
  statement: PolicyStatement,
  isOfConnections: boolean,
): readonly Contradiction[] {
  const keys = new Set(statement.conditions.map(({ contextKey }) => contextKey));
  return [...keys].flatMap((contextKey): readonly Contradiction[] => {
    const conditions = statement.conditions.filter((one) => one.contextKey === contextKey);
    const [first] = conditions;
    if (first === undefined) return [];
    const found = { key: first.key, conditions: conditions.map(textOf) };
    if (isOfConnections && !CONNECTION_KEYS.test(contextKey)) {
      return holdsFor(conditions, contextKey, undefined) ? [] : [{ ...found, isAbsentKey: true }];
    }
    const candidates = candidatesOf(conditions);
    if (candidates === undefined) return [];
    const canHold = [undefined, ...candidates].some((value) =>
      holdsFor(conditions, contextKey, value),
    );
    return canHold ? [] : [{ ...found, isAbsentKey: false }];
  });
}

/** `undefined` where the values that make a difference are not known. */
function candidatesOf(conditions: readonly Condition[]): readonly string[] | undefined {
  const isUnclear = conditions.some(
    ({ contextKey, qualifier, values }) =>
      qualifier !== undefined || values.some(isTemplate) || MULTIVALUED_KEYS.test(contextKey),
  );
  if (isUnclear) return undefined;
  const compared = conditions.filter(({ test }) => test.family !== "null");
  const [equal] = compared
    .filter(({ test, isNegated }) => test.family === "string" && !isNegated)
    .sort((left, right) => Number(ignoresCase(left)) - Number(ignoresCase(right)));
  if (equal !== undefined) {
    // One value must be equal to one of the list; what case it is written in must not matter then.
    return !ignoresCase(equal) || compared.every(ignoresCase) ? equal.values : undefined;
  }
  const families = new Set(compared.map(({ test }) => test.family));
  const [family] = families;
  // Nothing is compared: one value stands for all.
  if (family === undefined) return ["any"];
  const neighbours = families.size === 1 ? NEIGHBOURS[family] : undefined;
  return neighbours?.(compared.flatMap(({ values }) => values));
}

function ignoresCase({ test }: Condition): boolean {
  return test.family === "string" && test.ignoresCase;
}

/** Each value, what lies between two of them, and what lies beyond. */
function between(values: readonly number[]): readonly number[] {
  const sorted = values.filter(Number.isFinite).sort((left, right) => left - right);
  return sorted.flatMap((value, index) => {
    const next = sorted[index + 1] ?? value + 2;
    return [value - 1, value, (value + next) / 2, value + 1];
  });
}

function asMoment(value: string): string | number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : value;
}

function isTemplate(value: string): boolean {
  return value.includes("${");
}

function textOf({ operator, values }: Condition): string {
  return `${operator} ${values.join(", ")}`;
}

const EVERYTHING = parsePolicyText(
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
).document;

function holdsFor(
  conditions: readonly Condition[],
  contextKey: string,
  value: string | undefined,
): boolean {
  const policy: AttachedPolicy = {
    document: {
      ...EVERYTHING,
      statements: EVERYTHING.statements.map((statement) => ({ ...statement, conditions })),
    },
    source: { kind: "inline", name: "", attachedTo: "" },
  };
  const decision = evaluateAccess({
    request: {
      principal: { kind: "user", arn: "", accountId: "" },
      action: "dsql:DbConnect",
      resource: "*",
      keys: new Map(value === undefined ? [] : [[contextKey, [value]]]),
    },
    identity: [policy],
  });
  return decision.kind === "Allow";
}
