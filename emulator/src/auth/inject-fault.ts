/** Asks before each step whether the connection is to fail on purpose. */
import { parseClusterEndpoint } from "../dsql/index.ts";
import type { Cluster, ConnectionAttempt } from "./connection-attempt.ts";
import type { BeforeStep } from "./pipeline.ts";
import type { FaultInjection, InjectedFault } from "./ports.ts";
import { type AuthRefusal, refuse } from "./refusal.ts";

/** What the pipeline calls before its steps; `undefined` when nothing is injected. */
export function beforeSteps(faults: FaultInjection | undefined): BeforeStep | undefined {
  if (faults === undefined) return undefined;
  return async (step, facts) => {
    const { attempt, cluster } = facts as {
      readonly attempt: ConnectionAttempt;
      readonly cluster?: Cluster;
    };
    const injected = await faults.beforeStep({ step, ...placeOf(attempt, cluster) });
    if (injected === undefined) return undefined;
    const { ruleIds, latencyMs } = injected;
    return {
      saw: { injected: { rules: ruleIds, latencyMs } },
      refusal: refusalOf(injected, step),
    };
  };
}

/** Before the cluster is found, its name may say what it is; its account is not known. */
function placeOf(
  { serverName, clusterOption }: ConnectionAttempt,
  found: Cluster | undefined,
): Omit<Parameters<FaultInjection["beforeStep"]>[0], "step"> {
  if (found !== undefined) {
    const { accountId, region, identifier } = found;
    return { account: accountId, region, cluster: identifier };
  }
  const named = parseClusterEndpoint(serverName ?? "");
  return {
    account: undefined,
    region: named?.region,
    cluster: named?.cluster ?? clusterOption,
  };
}

function refusalOf({ ruleIds, end }: InjectedFault, step: string): AuthRefusal | undefined {
  if (end.kind === "none") return undefined;
  const rule = ruleIds.at(-1) ?? "";
  const refusal = refuse("fault_injected", `rule ${rule} injected a fault before step \`${step}\``);
  if (end.kind === "drop") return { ...refusal, isSilent: true };
  const { sqlState, message } = end;
  return {
    ...refusal,
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(message === undefined ? {} : { message }),
  };
}
