/**
 * What the sessions of users and of those for whom a user stands cannot ask for, whatever policies say.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */
import type { Caller } from "../../../iam/index.ts";
import { queryAuthenticationError } from "../authentication-error.ts";
import { QueryError } from "./query-error.ts";

const WITHOUT_SESSIONS = ["GetFederationToken", "GetSessionToken"];
const OF_USER_SESSIONS = ["AssumeRole", "GetCallerIdentity"];
const OF_FEDERATED_SESSIONS = ["GetCallerIdentity"];

/**
 * Refuses what the caller's kind of session is not for.
 *
 * @throws QueryError `AccessDenied`, `InvalidClientTokenId`
 */
export function refuseLimitedSession(
  { kind, session }: Caller,
  service: string,
  operation: string,
): void {
  if (session === undefined) return;
  if (service === "sts" && WITHOUT_SESSIONS.includes(operation)) {
    throw new QueryError("AccessDenied", 403, `Cannot call ${operation} with session credentials`);
  }
  if (kind === "assumed-role") return;
  const isFederated = kind === "federated-user";
  // SPEC: a user's session with a second factor may call IAM.
  if (service === "iam" && !isFederated && session.mfaAuthenticatedAt !== undefined) return;
  const allowed = isFederated ? OF_FEDERATED_SESSIONS : OF_USER_SESSIONS;
  if (service === "sts" && allowed.includes(operation)) return;
  // Chosen for STS: the service's answer is known of IAM only.
  const { code, httpStatus, message } = queryAuthenticationError({ kind: "invalid-session-token" });
  throw new QueryError(code, httpStatus, message);
}
