/**
 * Every way in which a connection is refused: what the client sees, how sure we are of it, what it
 * means and how to fix it. A correction of DSQL's words is one line here.
 */

/** How well a text or code is known. */
export type Confidence = "documented" | "observed" | "inferred" | "chosen";

/** One kind of refusal. `{name}` in message and hint is filled in from the facts of the case. */
export interface RefusalEntry {
  readonly sqlState: string;
  readonly message: string;
  readonly hint?: string;
  /** Of the SQLSTATE. */
  readonly sqlStateConfidence: Confidence;
  /** Of message and hint: the lesser of the two. */
  readonly textConfidence: Confidence;
  /** A page's address, or what else the texts are taken from. */
  readonly source: string;
  /** The cause, in the emulator's words. */
  readonly meaning: string;
  /** What the user can do. */
  readonly fix: string;
}

const TROUBLESHOOTING =
  "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/troubleshooting.html";
const QUOTAS = "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html";
const LIFECYCLE = "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cluster-lifecycle.html";
const ACCESSING = "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html";
const FIELD_REPORT = "transcripts of refused connections, published by users of the service";
const FAMILY = "the texts of AWS's authentication service in other services";

const SETTING_REPORT = "https://github.com/pgadmin-org/pgadmin4/issues/9433";

const ACCESS_DENIED = "unable to accept connection, access denied";
const INVALID_TOKEN = "The security token included in the request is invalid.";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const WAKING_UP = "unable to accept connection, waking up cluster, please retry later";

/** An entry of the common kind: 08006 and the access-denied message, with a hint. */
function accessDenied(
  entry: Omit<RefusalEntry, "sqlState" | "message" | "sqlStateConfidence"> &
    Partial<Pick<RefusalEntry, "sqlState" | "sqlStateConfidence">>,
): RefusalEntry {
  return { sqlState: "08006", sqlStateConfidence: "inferred", message: ACCESS_DENIED, ...entry };
}

/** The catalogue. Every entry has severity FATAL and `DETAIL: Session Id: …`. */
export const REFUSALS = {
  tls_required: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: "unable to accept connection, ssl is required",
    textConfidence: "chosen",
    source: ACCESSING,
    meaning: "the client did not encrypt the connection",
    fix: "connect with sslmode=require or better, verify-full",
  },
  sni_missing: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: "unable to accept connection, sni was not received",
    textConfidence: "documented",
    source: TROUBLESHOOTING,
    meaning: "the TLS ClientHello named no host and no amzn-cluster-id option was given",
    fix: "use a client that sends SNI (libpq 14 or newer) and connect by host name, not by address",
  },
  sni_invalid: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: "unable to accept connection, invalid sni",
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning: "the host name names no cluster that exists here, or contradicts amzn-cluster-id",
    fix: "connect to <cluster id>.dsql.<region>.on.aws of a cluster that exists, or declare the name as an alias",
  },
  connection_rate_exceeded: {
    sqlState: "53400",
    sqlStateConfidence: "documented",
    message: "Unable to accept connection, rate exceeded.",
    textConfidence: "documented",
    source: QUOTAS,
    meaning: "more new connections a second than the cluster takes",
    fix: "use a pool, connect more slowly, or raise limits.connectionRatePerSecond in the configuration",
  },
  too_many_connections: {
    sqlState: "53300",
    sqlStateConfidence: "documented",
    message: "Unable to accept connection, too many open connections.",
    textConfidence: "documented",
    source: QUOTAS,
    meaning: "the cluster has as many open connections as it may have",
    fix: "close connections, or raise limits.maxConnectionsPerCluster in the configuration",
  },
  token_malformed: accessDenied({
    textConfidence: "inferred",
    source: FIELD_REPORT,
    meaning: "the password is not an auth token",
    fix: "use the token of generate-db-connect-auth-token or of an AWS SDK, unchanged, as the password",
  }),
  credential_malformed: accessDenied({
    hint: INVALID_TOKEN,
    textConfidence: "inferred",
    source: FIELD_REPORT,
    meaning:
      "the password has a token's form, but its X-Amz-Credential names no access key and scope",
    fix: "sign with an AWS SDK: X-Amz-Credential is <access key id>/<yyyymmdd>/<region>/dsql/aws4_request",
  }),
  access_key_unknown: accessDenied({
    hint: INVALID_TOKEN,
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning: "the token was signed with an access key that does not exist here",
    fix: "use the credentials that `dsql-emulator env` prints, or declare the access key in the configuration",
  }),
  access_key_inactive: accessDenied({
    hint: INVALID_TOKEN,
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the token was signed with an access key whose status is Inactive",
    fix: "activate the access key or use another one",
  }),
  session_token_invalid: accessDenied({
    hint: INVALID_TOKEN,
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the session token is not one of this access key, or its role or user is gone",
    fix: "take new temporary credentials from the emulator's STS; unset AWS_SESSION_TOKEN for a long-term key",
  }),
  session_expired: accessDenied({
    hint: "The security token included in the request is expired",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the temporary credentials are over, whatever X-Amz-Expires says",
    fix: "take new temporary credentials before you make a token, or ask for a longer session",
  }),
  scope_date_wrong: accessDenied({
    hint: "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scopeDate}' != '{requestDate}', from '{amzDate}'.",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the day in X-Amz-Credential is not the day of X-Amz-Date",
    fix: "sign with an AWS SDK; a token cannot be edited",
  }),
  scope_region_wrong: accessDenied({
    hint: "Credential should be scoped to a valid region. ",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the token was signed for another region than the cluster's",
    fix: "give the signer the cluster's region",
  }),
  scope_service_wrong: accessDenied({
    hint: "Credential should be scoped to correct service: 'dsql'. ",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the token was signed for another service than dsql",
    fix: "use the DSQL token generator, not that of RDS or another service",
  }),
  token_lifetime_too_long: accessDenied({
    hint: "X-Amz-Expires must be less than a week (in seconds) that is 604800",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "X-Amz-Expires is more than 604,800 seconds",
    fix: "ask for a token of at most seven days",
  }),
  token_lifetime_not_positive: accessDenied({
    hint: "X-Amz-Expires must be non-negative",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "X-Amz-Expires is not a positive number of seconds",
    fix: "ask for a token of at least one second",
  }),
  token_not_yet_valid: accessDenied({
    hint: "Signature not yet current: {amzDate} is still later than {limit} ({now} + 5 min.)",
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "X-Amz-Date lies more than five minutes ahead of the emulator's clock",
    fix: "set the client's clock right, or move the emulator's",
  }),
  token_expired: accessDenied({
    hint: "Signature expired: {amzDate} is now earlier than {limit} ({now} - {lifetime})",
    textConfidence: "inferred",
    source: `${FIELD_REPORT}, for the first two words; ${FAMILY}, for the rest`,
    meaning: "the token's lifetime is over",
    fix: "make a new token for each new connection",
  }),
  signature_mismatch: accessDenied({
    hint: MISMATCH,
    textConfidence: "inferred",
    source: FAMILY,
    meaning: "the signature is not what the access key's secret gives for this token",
    fix: "check the secret access key, and pass the token on without changing or re-encoding it",
  }),
  token_host_mismatch: accessDenied({
    hint: MISMATCH,
    textConfidence: "chosen",
    source: FAMILY,
    meaning: "the token was signed for another host than the cluster that the client connects to",
    fix: "sign the token for the endpoint that you connect to, without a port",
  }),
  action_not_for_user: accessDenied({
    hint: "Wrong user to action mapping. user: {user}, action: {action}",
    textConfidence: "documented",
    source: TROUBLESHOOTING,
    meaning: "admin needs a DbConnectAdmin token, every other role a DbConnect token",
    fix: "use generate-db-connect-admin-auth-token for admin and generate-db-connect-auth-token for other roles",
  }),
  iam_denied: accessDenied({
    hint: "{denial}",
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning: "no policy allows the action on the cluster, or one denies it",
    fix: "attach a policy that allows the action on the cluster's ARN to the principal",
  }),
  cross_account: accessDenied({
    hint: "User: {principal} is not authorized to access this resource",
    sqlStateConfidence: "observed",
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning: "the token was signed by a principal of another account than the cluster's",
    fix: "sign with credentials of the cluster's account, for example of a role that you assume there",
  }),
  cluster_waking_up: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: WAKING_UP,
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning: "the cluster is INACTIVE: scaled to zero",
    fix: "try again",
  },
  cluster_not_available: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: WAKING_UP,
    textConfidence: "chosen",
    source: LIFECYCLE,
    meaning:
      "the cluster is in a state in which it takes no connections, such as CREATING or DELETING",
    fix: "wait until the cluster is ACTIVE",
  },
  role_not_mapped: {
    sqlState: "28000",
    sqlStateConfidence: "observed",
    message: ACCESS_DENIED,
    textConfidence: "observed",
    source: FIELD_REPORT,
    meaning:
      "no AWS IAM GRANT maps the caller's ARN to this database role, or the role does not exist",
    fix: "as admin: CREATE ROLE … WITH LOGIN, then AWS IAM GRANT <role> TO '<caller ARN>'",
  },
  database_unknown: {
    sqlState: "3D000",
    sqlStateConfidence: "inferred",
    message: 'database "{database}" does not exist',
    textConfidence: "inferred",
    source: ACCESSING,
    meaning: "a cluster has one database, postgres",
    fix: "connect with dbname=postgres",
  },
  setting_not_supported: {
    sqlState: "0A000",
    sqlStateConfidence: "chosen",
    message: 'setting configuration parameter "{setting}" not supported',
    textConfidence: "chosen",
    source: SETTING_REPORT,
    meaning:
      "the start-up packet sets something that is not on DSQL's list; code and text are those of SET in a session",
    fix: "leave the setting out of the connection string, options or PGOPTIONS",
  },
  fault_injected: {
    sqlState: "08006",
    sqlStateConfidence: "chosen",
    message: "emulator: unable to accept connection, a fault was injected",
    textConfidence: "chosen",
    source: "the emulator",
    meaning:
      "a rule of /_emulator/faults makes connections fail here; SQLSTATE and message are the rule's, if it has them",
    fix: "GET /_emulator/faults shows the rules, DELETE /_emulator/faults deletes them",
  },
  internal_error: {
    sqlState: "XX000",
    sqlStateConfidence: "chosen",
    message: "unable to accept connection, internal error",
    textConfidence: "chosen",
    source: "the emulator",
    meaning: "a check failed inside the emulator, so nothing was decided",
    fix: "read the error in the decision's trace: an unreadable data directory can be repaired, anything else is a bug in the emulator to report",
  },
} as const satisfies Record<string, RefusalEntry>;

/** The stable name of a refusal. */
export type RefusalCode = keyof typeof REFUSALS;
