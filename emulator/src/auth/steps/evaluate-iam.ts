/** Simulated IAM allows the action on the cluster. */
import type { AuthAction } from "../../dsql/index.ts";
import { type AccessKey, denialMessage, evaluateAccess, explainDecision } from "../../iam/index.ts";
import type { Clock } from "../../shared/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { NetworkDirectory, PolicyStore } from "../ports.ts";
import { refuse } from "../refusal.ts";
import { connectionRequest } from "../request-context.ts";

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
    const decision = evaluateAccess({
      request,
      ...policies.policiesFor(principal, cluster),
      vpcEndpoint: network?.endpointPolicy,
    });
    const explanation = explainDecision(decision, request);
    const saw = { ...asked, decision, explanation };
    if (decision.kind === "Allow") return { kind: "continue", facts: {}, saw };
    const denial = denialMessage({ request, decision });
    return {
      kind: "refuse",
      saw,
      refusal: refuse("iam_denied", explanation.join("; "), { denial }),
    };
  };
}
