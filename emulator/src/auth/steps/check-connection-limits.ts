/** The cluster's limits on new and on open connections. */
import { LIMITS } from "../../dsql/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { ConnectionGate } from "../ports.ts";
import { refuse } from "../refusal.ts";

type LimitStep = (facts: {
  readonly attempt: ConnectionAttempt;
  readonly cluster: Cluster;
}) => StepOutcome<object>;

/** Makes the step that takes one connection from the cluster's rate. */
export function checkConnectionRate(gate: ConnectionGate): LimitStep {
  return ({ cluster }) => {
    if (gate.takeFromRate(cluster)) return { kind: "continue", facts: {} };
    const reason = `more new connections than the cluster's rate allows (DSQL: ${LIMITS.connectionRatePerSecond.value} a second, bucket of ${LIMITS.connectionRateBucket.value})`;
    return { kind: "refuse", refusal: refuse("connection_rate_exceeded", reason) };
  };
}

/** Makes the step that takes one of the cluster's places for open connections. */
export function checkConnectionCount(gate: ConnectionGate): LimitStep {
  return ({ attempt, cluster }) => {
    if (gate.takePlace(cluster, attempt.sessionId)) return { kind: "continue", facts: {} };
    const reason = `the cluster has as many open connections as it may have (DSQL: ${LIMITS.maxConnectionsPerCluster.value})`;
    return { kind: "refuse", refusal: refuse("too_many_connections", reason) };
  };
}
