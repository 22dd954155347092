/** Simulated IAM allows the action on the cluster. */
import { ADMIN_ROLE, type AuthAction } from "../../dsql/index.ts";
import {
  type AccessKey,
  type AccessQuestion,
  type Caller,
  denialMessage,
  evaluateAccess,
  explainDecision,
} from "../../iam/index.ts";
import type { Clock } from "../../shared/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import { neededAccess, neededPrincipal } from "../needed-access.ts";
import { neededGrant } from "../needed-grant.ts";
import type { NeededPermissions } from "../needed-permissions.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { NetworkDirectory, PolicyStore } from "../ports.ts";
import { refuse } from "../refusal.ts";
import { connectionRequest } from "../request-context.ts";
import { unrelatedStatements } from "../unrelated-statements.ts";

interface Facts {
  readonly attempt: ConnectionAttempt;
  readonly accessKey: AccessKey;
  readonly cluster: Cluster;
  readonly action: AuthAction;
}

/** Makes the step that evaluates the principal's policies, as they are now. */
export function evaluateIam(
  { policies, networks }: { readonly policies: PolicyStore; readonly networks: NetworkDirectory },
  clock: Clock,
): (facts: Facts) => StepOutcome<object> {
  return ({ attempt, accessKey, cluster, action }) => {
    const { caller: principal } = accessKey;
    const network = networks.networkOf(attempt);
    const now = clock.now();
    const request = connectionRequest({ attempt, cluster, principal, network, action, now });
    const asked = {
      principalArn: principal.arn,
      action: request.action,
      resource: request.resource,
    };
    if (principal.accountId !== cluster.accountId) {
      const reason = `${principal.arn} is of account ${principal.accountId}, the cluster of ${cluster.accountId}: DSQL has no cross-account access`;
      const refusal = refuse("cross_account", reason, { principal: principal.arn });
      return { kind: "refuse", saw: asked, refusal };
    }
    const question = {
      request,
      ...policies.policiesFor(principal, cluster),
      vpcEndpoint: network?.endpointPolicy,
    };
    const decision = evaluateAccess(question);
    const explanation = explainDecision(decision, request);
    const saw = { ...asked, decision, explanation };
    if (decision.kind === "Allow") return { kind: "continue", facts: {}, saw };
    const denial = denialMessage({ request, decision });
    return {
      kind: "refuse",
      saw: {
        ...asked,
        requestKeys: request.keys,
        decision,
        explanation,
        unrelated: unrelatedStatements(question, decision),
      },
      refusal: {
        ...refuse("iam_denied", explanation.join("; "), { denial }),
        needed: neededFor(question, attempt, principal),
      },
    };
  };
}

/** The mapping is looked at later, if at all: it is needed too, whether it is there or not. */
function neededFor(
  question: AccessQuestion,
  { requestedUser: databaseRole }: ConnectionAttempt,
  caller: Caller,
): NeededPermissions | undefined {
  const access = neededAccess(question);
  if (access === undefined) return undefined;
  const principal = neededPrincipal(caller);
  const mapping = { databaseRole, principalArn: principal.arn, facts: undefined } as const;
  const grant =
    databaseRole === ADMIN_ROLE ? undefined : neededGrant({ ...mapping, state: "not-checked" });
  return { principal, cluster: access.resource, access, grant: grant ?? null };
}
