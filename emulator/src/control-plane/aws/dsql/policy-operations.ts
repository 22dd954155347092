/** The operations on the policies of clusters. */
import { clusterAccess } from "./needed-access.ts";
import { refuseLockout } from "./lockout.ts";
import { CLIENT_TOKEN, IDENTIFIER, POLICY } from "./member-shapes.ts";
import { type DsqlOperation, dsqlOperation } from "./operation.ts";
import { BOOLEAN, inPath, inQuery, optional, required, text } from "./shape.ts";

const POLICY_VERSION = text();

/** Operations by name. */
export const POLICY_OPERATIONS: Readonly<Record<string, DsqlOperation>> = {
  PutClusterPolicy: dsqlOperation({
    method: "POST",
    path: "/cluster/{identifier}/policy",
    input: {
      identifier: inPath(IDENTIFIER),
      policy: required(POLICY),
      bypassPolicyLockoutSafetyCheck: optional(BOOLEAN),
      expectedPolicyVersion: optional(POLICY_VERSION),
      clientToken: optional(CLIENT_TOKEN),
    },
    output: { policyVersion: required(POLICY_VERSION) },
    access: ({ identifier = "" }, call) => [
      clusterAccess(call, identifier),
      clusterAccess(call, identifier, new Map(), "dsql:DeleteClusterPolicy"),
    ],
    run: async ({ bypassPolicyLockoutSafetyCheck, ...input }, call) => {
      const { identifier, policy } = input;
      if (bypassPolicyLockoutSafetyCheck !== true) {
        call.clusters.getCluster(call.scope, { identifier });
        const access = clusterAccess(call, identifier);
        await refuseLockout(call, access, { text: policy, identifier });
      }
      return call.clusters.putClusterPolicy(call.scope, input);
    },
  }),
  GetClusterPolicy: dsqlOperation({
    method: "GET",
    path: "/cluster/{identifier}/policy",
    input: { identifier: inPath(IDENTIFIER) },
    output: { policy: required(POLICY), policyVersion: required(POLICY_VERSION) },
    access: ({ identifier = "" }, call) => [clusterAccess(call, identifier)],
    run: (input, { clusters, scope }) => clusters.getClusterPolicy(scope, input),
  }),
  DeleteClusterPolicy: dsqlOperation({
    method: "DELETE",
    path: "/cluster/{identifier}/policy",
    input: {
      identifier: inPath(IDENTIFIER),
      expectedPolicyVersion: inQuery("expected-policy-version", POLICY_VERSION),
      clientToken: inQuery("client-token", CLIENT_TOKEN),
    },
    output: { policyVersion: required(POLICY_VERSION) },
    access: ({ identifier = "" }, call) => [clusterAccess(call, identifier)],
    run: (input, { clusters, scope }) => clusters.deleteClusterPolicy(scope, input),
  }),
};
