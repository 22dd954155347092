/** The token was signed for the cluster that the client connects to. */
import type { AuthToken } from "../../sigv4/index.ts";
import type { Cluster } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { ClusterDirectory } from "../ports.ts";
import { refuse } from "../refusal.ts";
import { endpointOf } from "./find-cluster.ts";

/**
 * Makes the step that ties the token's host to the connection's cluster. The host need not equal
 * SNI: through PrivateLink a token for the public name is right.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html
 */
export function checkTokenHost(
  clusters: ClusterDirectory,
): (facts: { readonly token: AuthToken; readonly cluster: Cluster }) => StepOutcome<object> {
  return ({ token, cluster }) => {
    const saw = { tokenHost: token.host, cluster: cluster.arn };
    const endpoint = endpointOf(token.host, clusters);
    if (endpoint?.cluster === cluster.identifier && endpoint.region === cluster.region) {
      return { kind: "continue", facts: {}, saw };
    }
    const reason =
      endpoint === undefined
        ? `token is for host \`${token.host}\`, which is not the name of a cluster: sign <id>.dsql.<region>.on.aws without port or path`
        : `token is for host \`${token.host}\` but the connection was made to cluster \`${cluster.identifier}\` in \`${cluster.region}\`: sign the token for the endpoint you connect to`;
    return { kind: "refuse", saw, refusal: refuse("token_host_mismatch", reason) };
  };
}
