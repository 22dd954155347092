/** `admin` needs no mapping; every other role needs one for the caller's ARN. */
import { ADMIN_ROLE } from "../../dsql/index.ts";
import type { AccessKey } from "../../iam/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import { neededPrincipal } from "../needed-access.ts";
import { neededGrant } from "../needed-grant.ts";
import type { NeededGrant } from "../needed-permissions.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { RoleMappingFacts, RoleMappingStore } from "../ports.ts";
import { refuse, withFix } from "../refusal.ts";

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
    // What cannot be found out does not change the refusal.
    const found = await mappings.mappingFacts?.(cluster, caller, role).catch(() => undefined);
    const wanted = { databaseRole: role, principalArn: arn, facts: found } as const;
    const grant = neededGrant({ ...wanted, state: "missing" });
    const principal = neededPrincipal(caller);
    const needed = grant && { principal, cluster: cluster.arn, access: null, grant };
    const why = found === undefined ? "" : `: ${whyNot(found, arn)}`;
    const reason = `no mapping of ${arn} to database role \`${role}\`${why}`;
    return {
      kind: "refuse",
      saw: { ...saw, ...(found === undefined ? {} : { mappings: found }) },
      refusal: {
        ...withFix(refuse("role_not_mapped", reason), found && fixOf(grant)),
        needed,
      },
    };
  };
}

/** What the database, as it is, still needs. */
function fixOf(grant: NeededGrant | undefined): string {
  return grant === undefined
    ? "connect as another role: nobody can be mapped to this one"
    : `as admin: ${grant.statements.join(" ")}`;
}

function whyNot({ role, principalsOfRole }: RoleMappingFacts, arn: string): string {
  switch (role) {
    case "missing":
      return "the database has no such role";
    case "no-login":
      return principalsOfRole.includes(arn)
        ? "the role has no LOGIN"
        : "the role has no LOGIN and is not mapped to it";
    case "reserved":
      return "nobody can be mapped to this role";
    case "present":
      return "the role is there, the mapping is not";
  }
}
