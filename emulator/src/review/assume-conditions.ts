/**
 * Policies in which the conditions on open keys are taken to hold or not to hold. The evaluator sees
 * policies like any other; what is taken is written into the conditions' tests.
 */
import type {
  AccessQuestion,
  AttachedPolicy,
  PolicyDocument,
  PolicyStatement,
} from "../iam/index.ts";

/** Whether the conditions on open keys are taken to hold, by the effect of their statement. */
export interface Assumption {
  readonly Allow: boolean;
  readonly Deny: boolean;
}

/** Who asks is let in wherever possible. */
export const BEST: Assumption = { Allow: true, Deny: false };
/** Who asks is kept out wherever possible. */
export const WORST: Assumption = { Allow: false, Deny: true };
/** Each statement covers what it can. */
export const EVERYTHING: Assumption = { Allow: true, Deny: true };

/** Tells whether the value of a key, by its lower-case name, is unknown. */
export type OpenKeys = Pick<ReadonlySet<string>, "has">;

type Policies = Omit<AccessQuestion, "request">;
type Condition = PolicyStatement["conditions"][number];

const HOLDS = { family: "null", operands: [true, false] } as const;
const FAILS = { family: "null", operands: [] } as const;
const VARIABLE = /\$\{([^},]+)/g;

/** The policies under an assumption; the same objects where no condition is on an open key. */
export function assumeConditions(
  policies: Policies,
  open: OpenKeys,
  assumption: Assumption,
): Policies {
  const one = (policy: AttachedPolicy): AttachedPolicy => {
    const document = assumeInDocument(policy.document, open, assumption);
    return document === policy.document ? policy : { ...policy, document };
  };
  const optional = (policy: AttachedPolicy | undefined): AttachedPolicy | undefined =>
    policy === undefined ? undefined : one(policy);
  return {
    identity: policies.identity.map(one),
    boundary: optional(policies.boundary),
    session: policies.session?.map(one),
    resource: optional(policies.resource),
    trust: optional(policies.trust),
    vpcEndpoint: optional(policies.vpcEndpoint),
    serviceControl: policies.serviceControl?.map((level) => level.map(one)),
    resourceControl: policies.resourceControl?.map((level) => level.map(one)),
  };
}

/** Whether any condition is on an open key. */
export function hasOpenConditions(policies: Policies, open: OpenKeys): boolean {
  return allPolicies(policies).some(({ document }) =>
    document.statements.some(({ conditions }) => conditions.some((one) => isOpen(one, open))),
  );
}

/** All policies of a question, in no particular order. */
export function allPolicies(policies: Policies): readonly AttachedPolicy[] {
  const { identity, boundary, session, resource, trust, vpcEndpoint } = policies;
  return [
    ...identity,
    ...(session ?? []),
    ...[boundary, resource, trust, vpcEndpoint].flatMap((policy) => policy ?? []),
    ...(policies.serviceControl ?? []).flat(),
    ...(policies.resourceControl ?? []).flat(),
  ];
}

/** The open keys that conditions of a statement are on, or compare with, as they are written. */
export function openKeysOf({ conditions }: PolicyStatement, open: OpenKeys): readonly string[] {
  return conditions.flatMap((condition) => [
    ...(open.has(condition.contextKey) ? [condition.key] : []),
    ...variablesOf(condition).filter((name) => open.has(name.toLowerCase())),
  ]);
}

function assumeInDocument(
  document: PolicyDocument,
  open: OpenKeys,
  assumption: Assumption,
): PolicyDocument {
  const isTouched = document.statements.some(({ conditions }) =>
    conditions.some((condition) => isOpen(condition, open)),
  );
  if (!isTouched) return document;
  const statements = document.statements.map((statement) => ({
    ...statement,
    conditions: statement.conditions.map((condition) =>
      isOpen(condition, open)
        ? { ...condition, test: assumption[statement.effect] ? HOLDS : FAILS }
        : condition,
    ),
  }));
  return { ...document, statements };
}

function isOpen(condition: Condition, open: OpenKeys): boolean {
  return (
    open.has(condition.contextKey) ||
    variablesOf(condition).some((name) => open.has(name.toLowerCase()))
  );
}

function variablesOf({ values }: Condition): readonly string[] {
  return values.flatMap((value) =>
    [...value.matchAll(VARIABLE)].map((match) => (match[1] ?? "").trim()),
  );
}
