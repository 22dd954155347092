export { type AccountId, clusterArn, parseAccountId } from "./arn.ts";
export { ADMIN_ROLE, type AuthAction, requiredAuthAction } from "./auth-action.ts";
export { type ClusterEndpoint, clusterHostName, parseClusterEndpoint } from "./cluster-endpoint.ts";
export { type ClusterIdentifier, parseClusterIdentifier } from "./cluster-identifier.ts";
export { LIMITS, type Limit } from "./limits.ts";
export { SERVER_VERSION } from "./server-version.ts";
export { isSessionParameter, SESSION_PARAMETERS } from "./session-parameters.ts";
