/**
 * The connection pipeline. Which checks are made, and in which order, stands here and nowhere else.
 *
 * FIDELITY: the order of the real service is not published; docs/fidelity.md says what is known.
 * The steps before the password is asked for form the admission; the others the authorization.
 */
import type { AccessKey, Caller } from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import { SigningKeyCache } from "../sigv4/index.ts";
import type { Cluster, ConnectionAttempt } from "./connection-attempt.ts";
import { beforeSteps } from "./inject-fault.ts";
import {
  type BeforeStep,
  type EnforcementMode,
  internalError,
  Pipeline,
  type PipelineResult,
} from "./pipeline.ts";
import type { AuthorizationPorts } from "./ports.ts";
import type { AuthRefusal } from "./refusal.ts";
import { checkClusterState } from "./steps/check-cluster-state.ts";
import { checkConnectionCount, checkConnectionRate } from "./steps/check-connection-limits.ts";
import { checkDatabase } from "./steps/check-database.ts";
import { checkLifetime } from "./steps/check-lifetime.ts";
import { checkScope } from "./steps/check-scope.ts";
import { checkSessionCredentials } from "./steps/check-session-credentials.ts";
import { checkTlsAndSni } from "./steps/check-tls-and-sni.ts";
import { checkTokenHost } from "./steps/check-token-host.ts";
import { checkUserAndAction } from "./steps/check-user-and-action.ts";
import { evaluateIam } from "./steps/evaluate-iam.ts";
import { findCluster } from "./steps/find-cluster.ts";
import { mapDatabaseRole } from "./steps/map-database-role.ts";
import { parseToken } from "./steps/parse-token.ts";
import { resolveAccessKey } from "./steps/resolve-access-key.ts";
import { checkSignature } from "./steps/verify-signature.ts";
import type {
  Admission,
  Authorization,
  ConnectionAuthorizer,
  ConnectionDecision,
  PendingAdmission,
  Verdict,
} from "./verdict.ts";

/** What the authorizer is made from. */
export interface AuthorizerOptions {
  readonly ports: AuthorizationPorts;
  readonly clock: Clock;
  readonly mode: EnforcementMode;
  /** Called once for each attempt, when its outcome is known. */
  readonly onDecision: (decision: ConnectionDecision) => void;
}

/** The two halves, with the facts that each starts with and establishes. */
interface ConnectionPipelines {
  readonly admission: RunnablePipeline<
    { readonly attempt: ConnectionAttempt },
    { readonly cluster: Cluster },
    { readonly cluster: Cluster }
  >;
  readonly authorization: RunnablePipeline<
    Admission & { readonly password: string },
    object,
    { readonly signer: Caller; readonly accessKey: AccessKey }
  >;
}

interface RunnablePipeline<Initial, Firm, All> {
  readonly names: readonly string[];
  run(
    initial: Initial,
    mode: EnforcementMode,
    before?: BeforeStep,
  ): Promise<PipelineResult<Firm, All>>;
}

/** Names of all steps, in order. */
export const CONNECTION_STEPS = [
  "tls-and-sni",
  "cluster",
  "connection-rate",
  "connection-count",
  "parse-token",
  "access-key",
  "session-credentials",
  "scope",
  "lifetime",
  "signature",
  "token-host",
  "user-and-action",
  "iam",
  "cluster-state",
  "role-mapping",
  "database",
] as const;

/** The two halves of the pipeline, with the order of their steps. */
export function connectionPipelines(ports: AuthorizationPorts, clock: Clock): ConnectionPipelines {
  const admission = Pipeline.over<{ attempt: ConnectionAttempt }>()
    .required("tls-and-sni", checkTlsAndSni)
    .required("cluster", findCluster(ports.clusters))
    .required("connection-rate", checkConnectionRate(ports.gate))
    .required("connection-count", checkConnectionCount(ports.gate));

  const authorization = Pipeline.over<Admission & { password: string }>()
    .waivable("parse-token", ["password"], parseToken)
    .waivable("access-key", ["token"], resolveAccessKey(ports.accessKeys))
    .waivable("session-credentials", ["token", "accessKey"], checkSessionCredentials(clock))
    .waivable("scope", ["token", "cluster"], checkScope)
    .waivable("lifetime", ["token"], checkLifetime(clock, ports.surroundings))
    .waivable(
      "signature",
      ["token", "accessKey"],
      checkSignature(new SigningKeyCache(), ports.surroundings),
    )
    .waivable("token-host", ["token", "cluster"], checkTokenHost(ports.clusters))
    .waivable("user-and-action", ["token", "attempt"], checkUserAndAction)
    .waivable("iam", ["attempt", "accessKey", "cluster", "action"], evaluateIam(ports, clock))
    .required("cluster-state", checkClusterState)
    .waivable(
      "role-mapping",
      ["attempt", "accessKey", "cluster"],
      mapDatabaseRole(ports.roleMappings),
    )
    .required("database", checkDatabase);

  return { admission, authorization };
}

/** Makes the authorizer of all connections. Its functions never reject. */
export function createConnectionAuthorizer(options: AuthorizerOptions): ConnectionAuthorizer {
  const { clock, mode, onDecision } = options;
  const { admission, authorization } = connectionPipelines(options.ports, clock);
  const before = beforeSteps(options.ports.faults);

  /** Hands the decision on. Returns what the client is refused with, if it is: also when an admission cannot be recorded. */
  function record(
    decision: Omit<ConnectionDecision, "decidedAt" | "mode">,
  ): AuthRefusal | undefined {
    const refusal = decision.outcome === "refused" ? decision.refusal : undefined;
    try {
      onDecision({ ...decision, decidedAt: clock.now(), mode });
      return refusal;
    } catch (error) {
      return refusal ?? internalError("recording the decision", error).refusal;
    }
  }

  return {
    async admit(attempt): Promise<Verdict<{ admission: PendingAdmission }>> {
      const result = await admission.run({ attempt }, mode, before);
      const { trace } = result;
      if (result.kind === "passed") {
        const { cluster } = result.facts;
        return { kind: "admitted", admission: { attempt, cluster, trace } };
      }
      const { refusal } = result;
      const { cluster } = result.known;
      const nobody = { principal: undefined, accessKeyId: undefined };
      record({ attempt, outcome: "refused", refusal, cluster, ...nobody, trace });
      return { kind: "refused", refusal };
    },

    async authorize(pending, password): Promise<Verdict<{ authorization: Authorization }>> {
      const { attempt, cluster } = pending;
      const result = await authorization.run({ attempt, cluster, password }, mode, before);
      const refusal = record({
        attempt,
        cluster,
        outcome: result.kind === "refused" ? "refused" : "admitted",
        refusal: result.kind === "refused" ? result.refusal : result.waived,
        principal: result.known.signer,
        accessKeyId:
          result.known.signer === undefined ? undefined : result.known.accessKey?.accessKeyId,
        trace: [...pending.trace, ...result.trace],
      });
      if (refusal !== undefined) return { kind: "refused", refusal };
      const principal =
        result.kind === "passed" && result.isComplete ? result.facts.signer : undefined;
      const databaseRole = attempt.requestedUser;
      return { kind: "admitted", authorization: { cluster, databaseRole, principal } };
    },
  };
}
