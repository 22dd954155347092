/**
 * Who made a request, as CloudTrail says it.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import type { Caller } from "../../iam/index.ts";
import { eventTime, type SessionContext, type UserIdentity } from "./cloudtrail-event.ts";

const TYPES: Readonly<Record<Caller["kind"], UserIdentity["type"]>> = {
  user: "IAMUser",
  root: "Root",
  "assumed-role": "AssumedRole",
  "federated-user": "FederatedUser",
  "web-identity": "WebIdentityUser",
  service: "AWSService",
};

/** The identity of a caller; `accessKeyId` is that of the request, if it is known. */
export function userIdentity(
  caller: Caller | undefined,
  accessKeyId: string | undefined,
): UserIdentity {
  const key = accessKeyId === undefined ? {} : { accessKeyId };
  if (caller === undefined) return { type: "Unknown", ...key };
  const { kind, userId, arn, accountId, userName } = caller;
  const context = sessionContext(caller);
  return {
    type: TYPES[kind],
    principalId: userId,
    arn,
    accountId,
    ...key,
    ...(userName === undefined ? {} : { userName }),
    ...(context === undefined ? {} : { sessionContext: context }),
  };
}

function sessionContext(caller: Caller): SessionContext | undefined {
  const { session } = caller;
  if (session === undefined) return undefined;
  const { federatedProvider, sourceIdentity, issuedAt, mfaAuthenticatedAt } = session;
  const sessionIssuer = issuerOf(caller);
  return {
    ...(sessionIssuer === undefined ? {} : { sessionIssuer }),
    ...(federatedProvider === undefined
      ? {}
      : { webIdFederationData: { federatedProvider, attributes: {} } }),
    attributes: {
      creationDate: eventTime(issuedAt),
      mfaAuthenticated: String(mfaAuthenticatedAt !== undefined),
    },
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

function issuerOf(caller: Caller): SessionContext["sessionIssuer"] {
  const { kind, issuerArn: arn, accountId, userId } = caller;
  if (arn === undefined) return undefined;
  const userName = arn.split("/").at(-1) ?? "";
  if (kind !== "assumed-role") return { type: "IAMUser", arn, accountId, userName };
  const principalId = userId.split(":", 1)[0] ?? userId;
  return { type: "Role", principalId, arn, accountId, userName };
}
