import type { StatementReference } from "../iam/index.ts";
import type { NamedStatement } from "./access-matrix.ts";

/** A statement of a decision, for people. */
export function nameStatement(reference: StatementReference): NamedStatement {
  const { policyType, policy, statementIndex, sid, effect } = reference;
  return {
    policyType,
    policy: policy.name,
    attachedTo: policy.attachedTo,
    statement: statementIndex,
    sid: sid ?? null,
    effect,
  };
}

/** A statement in a sentence, such as ``statement `Sid` of policy `name` ``. */
export function statementText({ policy, statement, sid }: NamedStatement): string {
  return `statement ${sid === null ? statement : `\`${sid}\``} of policy \`${policy}\``;
}
