/** From a connection to the request that IAM decides on. */
import type { AuthAction } from "../dsql/index.ts";
import type { RequestContext } from "../iam/index.ts";
import type { Cluster, ConnectionAttempt, Principal } from "./connection-attempt.ts";

/** What is known when a connection is authorized. */
export interface ConnectionFacts {
  readonly attempt: ConnectionAttempt;
  readonly cluster: Cluster;
  readonly principal: Principal;
  readonly action: AuthAction;
  /** The emulator's time. */
  readonly now: Date;
}

/** `::ffff:192.0.2.1`: what a socket of both families says of an IPv4 client. */
const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;
const MS_PER_SECOND = 1000;

/**
 * The request with every context key that is known. A key that nothing is known of is left out, as
 * AWS leaves it out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function connectionRequest(facts: ConnectionFacts): RequestContext {
  const { attempt, cluster, principal, action, now } = facts;
  const userAgent = attempt.settings.get("application_name");
  const epochSeconds = Math.floor(now.getTime() / MS_PER_SECOND);
  const keys: Record<string, string | undefined> = {
    "aws:principalarn": principal.arn,
    "aws:principalaccount": principal.accountId,
    "aws:principaltype": "User",
    "aws:principalisawsservice": "false",
    "aws:username": principal.arn.slice(principal.arn.lastIndexOf("/") + 1),
    "aws:sourceip": attempt.clientAddress.replace(IPV4_IN_IPV6, ""),
    "aws:currenttime": new Date(epochSeconds * MS_PER_SECOND).toISOString().replace(".000Z", "Z"),
    "aws:epochtime": String(epochSeconds),
    "aws:securetransport": String(attempt.isEncrypted),
    "aws:requestedregion": cluster.region,
    "aws:resourceaccount": cluster.accountId,
    "aws:viaawsservice": "false",
    "aws:useragent": userAgent === "" ? undefined : userAgent,
    ...tagKeys("aws:resourcetag", cluster.tags),
    ...tagKeys("aws:principaltag", principal.tags),
  };
  return {
    principal: { kind: principal.kind, arn: principal.arn, accountId: principal.accountId },
    action: `dsql:${action}`,
    resource: cluster.arn,
    resourceAccountId: cluster.accountId,
    keys: new Map(
      Object.entries(keys).flatMap(([name, value]): [string, readonly string[]][] =>
        value === undefined ? [] : [[name, [value]]],
      ),
    ),
  };
}

/** Names of keys have no letter case, and the name of a tag is part of one. */
function tagKeys(
  prefix: string,
  tags: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [`${prefix}/${name.toLowerCase()}`, value]),
  );
}
