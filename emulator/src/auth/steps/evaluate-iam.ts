/** Simulated IAM allows the action on the cluster. */
import type { AuthAction } from "../../dsql/index.ts";
import { denialMessage, evaluatePolicies, explainDecision } from "../../iam/index.ts";
import type { AccessKey, Cluster } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { PolicyStore } from "../ports.ts";
import { refuse } from "../refusal.ts";

interface Facts {
  readonly accessKey: AccessKey;
  readonly cluster: Cluster;
  readonly action: AuthAction;
}

/** Makes the step that evaluates the principal's policies, as they are now. */
export function evaluateIam(policies: PolicyStore): (facts: Facts) => StepOutcome<object> {
  return ({ accessKey, cluster, action }) => {
    const { principal } = accessKey;
    const request = {
      principalArn: principal.arn,
      action: `dsql:${action}`,
      resource: cluster.arn,
    };
    if (principal.accountId !== cluster.accountId) {
      const reason = `${principal.arn} is of account ${principal.accountId}, the cluster of ${cluster.accountId}: DSQL has no cross-account access`;
      const refusal = refuse("cross_account", reason, { principal: principal.arn });
      return { kind: "refuse", saw: request, refusal };
    }
    const decision = evaluatePolicies(request, policies.policiesOf(principal));
    const explanation = explainDecision(decision, request);
    const saw = { ...request, decision, explanation };
    if (decision.kind === "Allow") return { kind: "continue", facts: {}, saw };
    const denial = denialMessage({ ...request, decision });
    return {
      kind: "refuse",
      saw,
      refusal: refuse("iam_denied", explanation.join("; "), { denial }),
    };
  };
}
