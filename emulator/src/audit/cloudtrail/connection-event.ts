/** The data event of an attempt to connect. */
import type { ConnectionDecision } from "../../auth/index.ts";
import { parseClusterEndpoint, requiredAuthAction } from "../../dsql/index.ts";
import { BoundedJson } from "../bounded-json.ts";
import { type CloudTrailEvent, EVENT_VERSION, eventTime } from "./cloudtrail-event.ts";
import { userIdentity } from "./user-identity.ts";

/** Refusals by permissions: of them alone an error code is known. */
const DENIALS: readonly string[] = ["iam_denied", "cross_account"];

/**
 * The event of an attempt, also of one whose signer is not known. Names of event, source and resource
 * are documented; the rest has the standard form, since no record of the real service was published.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/logging-using-cloudtrail.html
 */
export function connectionEvent(decision: ConnectionDecision, eventID: string): CloudTrailEvent {
  const { attempt, cluster, principal, refusal, outcome, decidedAt } = decision;
  const { serverName, sessionId, clientAddress, settings, requestedUser } = attempt;
  const bounded = new BoundedJson();
  const application = settings.get("application_name");
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: userIdentity(principal, decision.accessKeyId),
    eventTime: eventTime(decidedAt),
    eventSource: "dsql.amazonaws.com",
    eventName: requiredAuthAction(requestedUser),
    awsRegion: cluster?.region ?? parseClusterEndpoint(serverName ?? "")?.region ?? null,
    sourceIPAddress: clientAddress,
    userAgent: application === undefined ? null : bounded.text(application),
    ...(outcome === "refused" && refusal !== undefined
      ? {
          errorCode: DENIALS.includes(refusal.code) ? "AccessDenied" : refusal.code,
          errorMessage: bounded.text(refusal.hint ?? refusal.message),
        }
      : {}),
    requestParameters: null,
    responseElements: null,
    requestID: sessionId,
    eventID,
    readOnly: false,
    ...(cluster === undefined
      ? {}
      : {
          resources: [
            { accountId: cluster.accountId, type: "AWS::DSQL::Cluster", ARN: cluster.arn },
          ],
        }),
    eventType: "AwsApiCall",
    managementEvent: false,
    ...(cluster === undefined ? {} : { recipientAccountId: cluster.accountId }),
    eventCategory: "Data",
    ...(serverName === undefined
      ? {}
      : { tlsDetails: { clientProvidedHostHeader: bounded.text(serverName) } }),
  };
}
