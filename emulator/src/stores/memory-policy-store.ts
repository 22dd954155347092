import type { PolicyStore, Principal } from "../auth/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";

/** The identity-based policies of one principal. */
export interface PrincipalPolicies {
  /** ARN of the principal, as `GetCallerIdentity` shows it. */
  readonly arn: string;
  /** Inline and managed ones, already parsed. */
  readonly policies: readonly AttachedPolicy[];
}

/** The policies that were declared at start. */
export class MemoryPolicyStore implements PolicyStore {
  readonly #policies = new Map<string, readonly AttachedPolicy[]>();

  /** Policies of a principal that is there more than once are put together. */
  constructor(principals: Iterable<PrincipalPolicies>) {
    for (const { arn, policies } of principals) {
      this.#policies.set(arn, [...(this.#policies.get(arn) ?? []), ...policies]);
    }
  }

  policiesOf(principal: Principal): readonly AttachedPolicy[] {
    return this.#policies.get(principal.arn) ?? [];
  }
}
