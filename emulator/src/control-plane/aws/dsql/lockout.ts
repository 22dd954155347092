/** The check that whoever sets a policy can still change it afterwards. */
import { validationError } from "./dsql-error.ts";
import type { DsqlCall, NeededAccess } from "./operation.ts";

const ACTIONS = ["dsql:PutClusterPolicy", "dsql:DeleteClusterPolicy"];

/**
 * Refuses a policy under which its author could neither change nor delete it. That there is such a
 * check is documented; what it looks at is inferred, error and text are chosen.
 *
 * @throws DsqlError `ValidationException`; ClustersError for a text that is no policy
 */
export async function refuseLockout(
  call: DsqlCall,
  access: NeededAccess,
  policy: { readonly text: string; readonly identifier?: string },
): Promise<void> {
  const { text, identifier } = policy;
  const resourcePolicy = call.clusters.checkedPolicy(call.scope, text, identifier);
  for (const action of ACTIONS) {
    const { decision } = await call.decide({ ...access, action, resourcePolicy });
    if (decision.kind !== "Allow") {
      const message = `The policy would lock you out: you could not call ${action} any more. Change it, or set bypassPolicyLockoutSafetyCheck.`;
      throw validationError(message, "other", [{ name: "policy", message }]);
    }
  }
}
