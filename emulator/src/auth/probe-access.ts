/**
 * Asks the pipeline's own steps whether somebody could connect who does not: who holds the credentials
 * and signs rightly is taken for granted, what IAM, the cluster and the database say is not.
 */
import { requiredAuthAction } from "../dsql/index.ts";
import type { AccessKey, Caller, Decision } from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import type { Cluster, ConnectionAttempt } from "./connection-attempt.ts";
import { Pipeline } from "./pipeline.ts";
import type { AuthorizationPorts } from "./ports.ts";
import type { AuthRefusal } from "./refusal.ts";
import { checkClusterState } from "./steps/check-cluster-state.ts";
import { evaluateIam } from "./steps/evaluate-iam.ts";
import { mapDatabaseRole } from "./steps/map-database-role.ts";

/** A connection that nobody makes. */
export interface SupposedConnection {
  readonly caller: Caller;
  readonly cluster: Cluster;
  /** Its `requestedUser` is the role of the database. */
  readonly attempt: ConnectionAttempt;
}

/** What would become of it. */
export interface ProbedAccess {
  /** `undefined` if it would be admitted. */
  readonly refusal: AuthRefusal | undefined;
  /** The step that refuses. */
  readonly refusedBy: string | undefined;
  /** What IAM said; `undefined` if it was not asked, as for another account's cluster. */
  readonly decision: Decision | undefined;
  /** Its reasons, a line each; none if it was not asked. */
  readonly explanation: readonly string[];
}

/** Never rejects: a port that fails is a refusal with `internal_error`. */
export type AccessProbe = (connection: SupposedConnection) => Promise<ProbedAccess>;

/** Makes the probe; the steps and their order are those of connections in `strict` mode. */
export function createAccessProbe(
  ports: Pick<AuthorizationPorts, "policies" | "networks" | "roleMappings">,
  clock: Clock,
): AccessProbe {
  const pipeline = Pipeline.over<SupposedConnection & { accessKey: AccessKey }>()
    .required("user-and-action", ({ attempt }) => ({
      kind: "continue",
      facts: { action: requiredAuthAction(attempt.requestedUser) },
    }))
    .waivable("iam", ["attempt", "accessKey", "cluster", "action"], evaluateIam(ports, clock))
    .required("cluster-state", checkClusterState)
    .waivable(
      "role-mapping",
      ["attempt", "accessKey", "cluster"],
      mapDatabaseRole(ports.roleMappings),
    );
  return async (connection) => {
    const { caller } = connection;
    const accessKey: AccessKey = { accessKeyId: "", secretAccessKey: "", status: "Active", caller };
    const result = await pipeline.run({ ...connection, accessKey }, "strict");
    const iam = result.trace.find(({ step }) => step === "iam");
    return {
      refusal: result.kind === "refused" ? result.refusal : undefined,
      refusedBy: result.kind === "refused" ? result.trace.at(-1)?.step : undefined,
      decision: iam?.saw["decision"] as Decision | undefined,
      explanation: (iam?.saw["explanation"] ?? []) as readonly string[],
    };
  };
}
