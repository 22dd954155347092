/** `admin` needs no mapping; every other role needs one for the caller's ARN. */
import { ADMIN_ROLE } from "../../dsql/index.ts";
import type { AccessKey } from "../../iam/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { RoleMappingStore } from "../ports.ts";
import { refuse } from "../refusal.ts";

interface Facts {
  readonly attempt: ConnectionAttempt;
  readonly accessKey: AccessKey;
  readonly cluster: Cluster;
}

/** Makes the step that looks for the mapping that `AWS IAM GRANT` makes. */
export function mapDatabaseRole(
  mappings: RoleMappingStore,
): (facts: Facts) => Promise<StepOutcome<object>> {
  return async ({ attempt, accessKey, cluster }) => {
    const role = attempt.requestedUser;
    const { caller } = accessKey;
    // Observed: a session of a role is mapped as its role.
    const arn = caller.issuerArn ?? caller.arn;
    const saw = { databaseRole: role, principal: arn };
    if (role === ADMIN_ROLE || (await mappings.isMapped(cluster, caller, role))) {
      return { kind: "continue", facts: {}, saw };
    }
    const reason = `no mapping of ${arn} to database role \`${role}\``;
    return { kind: "refuse", saw, refusal: refuse("role_not_mapped", reason) };
  };
}
