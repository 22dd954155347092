/** The statements that a decision says nothing of, since neither their action nor their resource is the request's. */
import type {
  AccessQuestion,
  AttachedPolicy,
  Decision,
  ElementText,
  StatementReference,
} from "../iam/index.ts";

/** A statement about something else, and what it is about, as it is written. */
export interface UnrelatedStatement {
  readonly policy: StatementReference["policy"];
  /** Position in the policy, from 0. */
  readonly statementIndex: number;
  readonly sid: string | undefined;
  readonly effect: StatementReference["effect"];
  readonly action: string;
  /** `undefined` where a statement has none. */
  readonly resource: string | undefined;
}

/** More are a search and no answer (our choice). */
const MAX_LISTED = 20;

/** Patterns of one element that are told. */
const MAX_PATTERNS = 3;

/** The first of them, in the order of the policies. */
export function unrelatedStatements(
  question: AccessQuestion,
  { matched, nearMisses }: Decision,
): readonly UnrelatedStatement[] {
  const told = [...matched, ...nearMisses];
  const listed: UnrelatedStatement[] = [];
  for (const { document, source: policy } of allPolicies(question)) {
    for (const [
      statementIndex,
      { sid, effect, action, resource },
    ] of document.statements.entries()) {
      if (listed.length === MAX_LISTED) return listed;
      const isTold = told.some(
        (reference) => reference.policy === policy && reference.statementIndex === statementIndex,
      );
      if (isTold) continue;
      listed.push({
        policy,
        statementIndex,
        sid,
        effect,
        action: textOf(action.written),
        resource: resource && textOf(resource.written),
      });
    }
  }
  return listed;
}

function allPolicies(question: AccessQuestion): readonly AttachedPolicy[] {
  const { identity, boundary, session = [], resource, vpcEndpoint } = question;
  const { serviceControl = [], resourceControl = [] } = question;
  const ceilings = [...resourceControl.flat(), ...serviceControl.flat(), vpcEndpoint];
  const policies = [...ceilings, resource, ...identity, boundary, ...session];
  return policies.filter((policy) => policy !== undefined);
}

function textOf({ isNegated, patterns }: ElementText): string {
  const texts = patterns.slice(0, MAX_PATTERNS).map(({ text }) => `\`${text}\``);
  const more = patterns.length > MAX_PATTERNS ? " and more" : "";
  return `${isNegated ? "all but " : ""}${texts.join(", ")}${more}`;
}
