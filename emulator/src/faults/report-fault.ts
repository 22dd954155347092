/** A rule in the form in which it was given, with what has become of it. */
import type { FaultEffect, FaultRule, FaultSchedule } from "./fault-rule.ts";

/** A rule as the API shows it; members that were not given are left out. */
export interface FaultReport {
  readonly id: string;
  readonly target: { readonly operation: string } | { readonly connectStep: string };
  readonly account?: string;
  readonly region?: string;
  readonly cluster?: string;
  readonly effect: {
    readonly latencyMs?: number;
    readonly drop?: true;
    readonly error?: {
      readonly code?: string;
      readonly message?: string;
      readonly httpStatus?: number;
      readonly retryAfterSeconds?: number;
    };
  };
  readonly when?:
    | { readonly count: number }
    | { readonly every: number }
    | { readonly probability: number; readonly seed: number };
  /** How often something was what the rule is about. */
  readonly matched: number;
  /** How often it failed by the rule. */
  readonly fired: number;
}

/** The report of a rule. */
export function reportFault(entry: {
  readonly id: string;
  readonly rule: FaultRule;
  readonly matched: number;
  readonly fired: number;
}): FaultReport {
  const { id, rule, matched, fired } = entry;
  const { target, account, region, cluster, effect, when } = rule;
  const schedule = scheduleJson(when);
  return {
    id,
    target:
      target.kind === "operation" ? { operation: target.operation } : { connectStep: target.step },
    ...given({ account, region, cluster }),
    effect: effectJson(effect),
    ...(schedule === undefined ? {} : { when: schedule }),
    matched,
    fired,
  };
}

function effectJson({ latencyMs, end }: FaultEffect): FaultReport["effect"] {
  return {
    ...(latencyMs === 0 ? {} : { latencyMs }),
    ...(end.kind === "drop" ? { drop: true } : {}),
    ...(end.kind === "error" ? { error: given(end.error) } : {}),
  };
}

function scheduleJson(when: FaultSchedule): FaultReport["when"] {
  if (when.kind === "always") return undefined;
  const { kind: _kind, ...json } = when;
  return json;
}

/** The members that have a value. */
function given<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };
}
