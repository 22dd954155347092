/** The credential scope is for this day, the cluster's region and the service dsql. */
import { type AuthToken, checkCredentialScope } from "../../sigv4/index.ts";
import type { Cluster } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import { type AuthRefusal, refuse } from "../refusal.ts";

const SERVICE = "dsql";

/** Checks date, region and service of the scope. */
export function checkScope(facts: {
  readonly token: AuthToken;
  readonly cluster: Cluster;
}): StepOutcome<object> {
  const { token, cluster } = facts;
  const { date, region, service } = token.credential;
  const saw = {
    scopeDate: date,
    scopeRegion: region,
    scopeService: service,
    clusterRegion: cluster.region,
  };
  const result = checkCredentialScope(token, { region: cluster.region, service: SERVICE });
  if (result.kind === "valid") return { kind: "continue", facts: {}, saw };
  return { kind: "refuse", saw, refusal: refusalOf(result.kind, token, cluster) };
}

function refusalOf(
  problem: "wrong-date" | "wrong-region" | "wrong-service",
  token: AuthToken,
  cluster: Cluster,
): AuthRefusal {
  const { date, region, service } = token.credential;
  switch (problem) {
    case "wrong-date":
      return refuse(
        "scope_date_wrong",
        `the scope is of ${date} but X-Amz-Date is ${token.amzDate}`,
        { scopeDate: date, requestDate: token.amzDate.slice(0, 8), amzDate: token.amzDate },
      );
    case "wrong-region":
      return refuse(
        "scope_region_wrong",
        `the token is signed for region \`${region}\` but the cluster is in \`${cluster.region}\``,
      );
    case "wrong-service":
      return refuse(
        "scope_service_wrong",
        `the token is signed for service \`${service}\`, not \`${SERVICE}\``,
      );
  }
}
