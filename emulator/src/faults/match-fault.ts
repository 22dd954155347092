/** Whether a rule is about something that happens. */
import type { FaultRule } from "./fault-rule.ts";

/** Where something happens; what is not known (yet) is `undefined`. */
export interface FaultPlace {
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Cluster identifier. */
  readonly cluster: string | undefined;
}

/** Whether an operation's name is one that a rule's text stands for. */
export function matchesOperation(pattern: string, operation: string): boolean {
  return pattern.endsWith("*") ? operation.startsWith(pattern.slice(0, -1)) : operation === pattern;
}

/** Whether a rule's filters take a place: one that is not known is not taken. */
export function matchesPlace(rule: FaultRule, place: FaultPlace): boolean {
  const { account, region, cluster } = rule;
  return (
    (account === undefined || account === place.account) &&
    (region === undefined || region === place.region) &&
    (cluster === undefined || cluster === place.cluster)
  );
}
