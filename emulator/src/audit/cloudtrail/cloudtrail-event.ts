/**
 * An event in CloudTrail's form.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { JsonValue } from "../decision-record.ts";

/** Who made a request. */
export interface UserIdentity {
  /** `Unknown` for a request whose signature was not found right. */
  readonly type:
    | "IAMUser"
    | "Root"
    | "AssumedRole"
    | "FederatedUser"
    | "WebIdentityUser"
    | "AWSService"
    | "Unknown";
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly identityProvider?: string;
  readonly sessionContext?: SessionContext;
}

/** What temporary credentials were made from. */
export interface SessionContext {
  readonly sessionIssuer?: {
    readonly type: "Role" | "IAMUser";
    readonly principalId?: string;
    readonly arn: string;
    readonly accountId: string;
    readonly userName: string;
  };
  readonly webIdFederationData?: {
    readonly federatedProvider: string;
    readonly attributes: Readonly<Record<string, string>>;
  };
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: string };
  readonly sourceIdentity?: string;
}

/** One call, or one attempt to connect. */
export interface CloudTrailEvent {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  /** ISO 8601 with whole seconds, in emulator time. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string | null;
  readonly sourceIPAddress: string;
  readonly userAgent: string | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: JsonValue;
  readonly responseElements: JsonValue;
  readonly requestID: string;
  /** UUID. */
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly {
    readonly accountId: string;
    readonly type: string;
    readonly ARN: string;
  }[];
  readonly eventType: "AwsApiCall";
  readonly managementEvent: boolean;
  readonly recipientAccountId?: string;
  readonly eventCategory: "Management" | "Data";
  readonly tlsDetails?: { readonly clientProvidedHostHeader: string };
}

/** The version of the form. */
export const EVENT_VERSION = "1.11";

/** A moment as events show it. */
export function eventTime(time: Date): string {
  return `${time.toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length)}Z`;
}
