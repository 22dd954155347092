/**
 * What statements cover when every condition of theirs holds: everybody is supposed to connect to
 * every cluster of their account, and the evaluator says which statements have to do with it.
 */
import { callerKeys, evaluateAccess, requestPrincipal } from "../iam/index.ts";
import { assumeConditions, BEST } from "./assume-conditions.ts";
import type { Estate } from "./estate.ts";
import { nameStatement, statementText } from "./named-statement.ts";
import { statementKey } from "./policy-inventory.ts";

/** Of one statement, over all supposed connections. */
export interface StatementReach {
  /** How many it covers, apart from its conditions. */
  matched: number;
  /** How many of those a deny without conditions covers too. */
  denied: number;
  readonly deniedBy: Set<string>;
  /** How many it would cover if it were not for its resource. */
  missedResource: number;
}

const ACTIONS = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
const ALL_KEYS = { has: () => true };

/** By `statementKey`; without clusters or principals it is empty. */
export function statementReach(estate: Estate): ReadonlyMap<string, StatementReach> {
  const reaches = new Map<string, StatementReach>();
  const reachOf = (key: string): StatementReach => {
    const known = reaches.get(key) ?? {
      matched: 0,
      denied: 0,
      deniedBy: new Set(),
      missedResource: 0,
    };
    reaches.set(key, known);
    return known;
  };
  for (const { caller, accountId, policies } of estate.principals) {
    for (const { cluster, policy } of estate.clusters) {
      if (cluster.accountId !== accountId) continue;
      for (const action of ACTIONS) {
        const decision = evaluateAccess({
          request: {
            principal: requestPrincipal(caller),
            action,
            resource: cluster.arn,
            resourceAccountId: accountId,
            keys: callerKeys(caller, estate.now),
          },
          // A deny with conditions fails by them, which is as good as covered.
          ...assumeConditions({ ...policies, resource: policy }, ALL_KEYS, BEST),
        });
        const { kind, deciding, matched, nearMisses } = decision;
        const names = deciding.map((one) => statementText(nameStatement(one)));
        for (const statement of matched) {
          const reach = reachOf(statementKey(statement));
          reach.matched += 1;
          if (kind !== "ExplicitDeny") continue;
          reach.denied += 1;
          for (const name of names) reach.deniedBy.add(name);
        }
        for (const miss of nearMisses) {
          const reach = reachOf(statementKey(miss));
          if (miss.failedElement === "Condition") reach.matched += 1;
          if (miss.failedElement === "Resource") reach.missedResource += 1;
        }
      }
    }
  }
  return reaches;
}
