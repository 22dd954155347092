/** What DSQL tells those whom it refuses. */
const ACCOUNT = "123456789012";
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/dsqlemulatorlocalcluster2a`;

/** HINT for a key that is unknown, inactive, deleted, or of a principal that is no more. */
export const INVALID_TOKEN = "The security token included in the request is invalid.";

/** HINT for a caller whom no identity-based policy allows to connect as `admin`. */
export function notAllowed(callerArn: string): string {
  return `User: ${callerArn} is not authorized to perform: dsql:DbConnectAdmin on resource: ${CLUSTER} because no identity-based policy allows the dsql:DbConnectAdmin action`;
}

/** HINT for a caller whom a policy of this type denies. */
export function explicitlyDenied(callerArn: string, policy: string): string {
  return `User: ${callerArn} is not authorized to perform: dsql:DbConnectAdmin on resource: ${CLUSTER} with an explicit deny in ${policy}`;
}

/** Message of STS for a caller whom the role does not trust. */
export function notTrusted(callerArn: string, role: string): string {
  return `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${ACCOUNT}:role/${role}`;
}

/** ARN of a user of the stories. */
export function userArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:user/${name}`;
}

/** ARN of a session of a role of the stories. */
export function sessionArn(role: string, session: string): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`;
}

/** Message of STS when the role's trust policy does not let the caller assume it. */
export function noTrustPolicyAllows(callerArn: string, role: string): string {
  return `${notTrusted(callerArn, role)} because no role trust policy allows the sts:AssumeRole action`;
}
