/** From a connection to the request that IAM decides on. */
import type { AuthAction } from "../dsql/index.ts";
import {
  type Caller,
  callerKeys,
  contextKeys,
  type RequestContext,
  requestPrincipal,
  tagKeys,
} from "../iam/index.ts";
import type { Cluster, ConnectionAttempt, Network } from "./connection-attempt.ts";

/** What is known when a connection is authorized. */
export interface ConnectionFacts {
  readonly attempt: ConnectionAttempt;
  readonly cluster: Cluster;
  readonly principal: Caller;
  /** `undefined` for the internet. */
  readonly network: Network | undefined;
  readonly action: AuthAction;
  /** The emulator's time. */
  readonly now: Date;
}

/** `::ffff:192.0.2.1`: what a socket of both families says of an IPv4 client. */
const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/**
 * The request with every context key that is known. A key that nothing is known of is left out, as
 * AWS leaves it out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function connectionRequest(facts: ConnectionFacts): RequestContext {
  const { attempt, cluster, principal, network, action, now } = facts;
  const userAgent = attempt.settings.get("application_name");
  return {
    principal: requestPrincipal(principal),
    action: `dsql:${action}`,
    resource: cluster.arn,
    resourceAccountId: cluster.accountId,
    keys: new Map([
      ...callerKeys(principal, now),
      ...contextKeys({
        ...addressKeys(attempt.clientAddress.replace(IPV4_IN_IPV6, ""), network),
        "aws:securetransport": String(attempt.isEncrypted),
        "aws:requestedregion": cluster.region,
        "aws:resourceaccount": cluster.accountId,
        // No other account's principal gets as far as this.
        "aws:resourceorgid": principal.organization?.organizationId,
        "aws:resourceorgpaths": principal.organization?.path,
        "aws:useragent": userAgent === "" ? undefined : userAgent,
        ...tagKeys("aws:resourcetag", cluster.tags),
      }),
    ]),
  };
}

/** SPEC: a request through a VPC endpoint has the address as `aws:VpcSourceIp` and no `aws:SourceIp`. */
function addressKeys(
  address: string,
  network: Network | undefined,
): Readonly<Record<string, string | undefined>> {
  if (network === undefined) return { "aws:sourceip": address };
  return {
    "aws:sourcevpc": network.vpcId,
    "aws:sourcevpce": network.vpcEndpointId,
    "aws:vpcsourceip": address,
  };
}
