/** All policies of one type against one request. */
import type { NearMiss, PolicyType, StatementReference } from "./decision.ts";
import { evaluateStatement } from "./evaluate-statement.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { PrincipalMatch } from "./principal-element.ts";
import type { RequestContext } from "./request-context.ts";

const STRENGTH: Readonly<Record<PrincipalMatch, number>> = {
  none: 0,
  account: 1,
  issuer: 2,
  direct: 3,
};

/** What the statements of one type of policy say. */
export class PolicyScan {
  readonly type: PolicyType;
  readonly matched: readonly StatementReference[];
  readonly allows: readonly StatementReference[];
  readonly denies: readonly StatementReference[];
  readonly nearMisses: readonly NearMiss[];
  readonly statementsExamined: number;
  /** How the allowing statement names the principal that names it most closely. */
  readonly grant: PrincipalMatch;

  /** Evaluates every statement. */
  constructor(
    type: PolicyType,
    policies: readonly AttachedPolicy[],
    request: RequestContext,
    hasBoundary: boolean,
  ) {
    const matched: StatementReference[] = [];
    const nearMisses: NearMiss[] = [];
    let statementsExamined = 0;
    let grant: PrincipalMatch = "none";
    for (const { document, source: policy } of policies) {
      const { statements } = document;
      statementsExamined += statements.length;
      for (let statementIndex = 0; statementIndex < statements.length; statementIndex += 1) {
        const statement = statements[statementIndex];
        if (statement === undefined) continue;
        const result = evaluateStatement(statement, request, hasBoundary);
        if (result.kind === "unrelated") continue;
        const { sid, effect } = statement;
        if (result.kind === "near") {
          const { failedElement, failed, condition } = result;
          const miss = {
            policyType: type,
            policy,
            statementIndex,
            sid,
            effect,
            failedElement,
            failed,
          };
          nearMisses.push(condition === undefined ? miss : { ...miss, condition });
          continue;
        }
        matched.push({ policyType: type, policy, statementIndex, sid, effect });
        if (effect === "Allow" && STRENGTH[result.principal] > STRENGTH[grant]) {
          grant = result.principal;
        }
      }
    }
    this.type = type;
    this.matched = matched;
    this.nearMisses = nearMisses;
    this.statementsExamined = statementsExamined;
    this.grant = grant;
    this.allows = matched.filter(({ effect }) => effect === "Allow");
    this.denies = matched.filter(({ effect }) => effect === "Deny");
  }
}
