/** The management event of a call of AWS's APIs. */
import type { Caller } from "../../iam/index.ts";
import { BoundedJson } from "../bounded-json.ts";
import type { JsonValue } from "../decision-record.ts";
import {
  type CloudTrailEvent,
  EVENT_VERSION,
  eventTime,
  type UserIdentity,
} from "./cloudtrail-event.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { userIdentity } from "./user-identity.ts";

/** A call when its answer is known. */
export interface ApiCall {
  /** Signing name: `dsql`, `iam`, `sts`. */
  readonly service: string;
  readonly operation: string;
  /** That was signed for; `undefined` when nothing was. */
  readonly region: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** `undefined` when the signature was not found right, or none was asked for. */
  readonly caller: (Caller & { readonly accessKeyId: string }) | undefined;
  readonly requestId: string;
  /** Members as the operation has read them; `undefined` when it came to none. */
  readonly input: unknown;
  readonly output: unknown;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** IAM is global, and its events are those of this region; so are those of STS without a region. */
const GLOBAL_REGION = "us-east-1";

/** Chosen by the operations' names; CloudTrail's own list is not published. */
const READS = /^(?:Get|List|Describe|Simulate|Assume|Generate|Decode)/;

/** The event of a call. Parameters and answers are bounded; secrets are left out. */
export function apiCallEvent(call: ApiCall, at: Date, eventID: string): CloudTrailEvent {
  const { service, operation, region, caller, error } = call;
  const bounded = new BoundedJson();
  const readOnly = READS.test(operation);
  const isAssuming = operation.startsWith("Assume");
  const accountId = caller?.accountId ?? accountOfRole(call.input);
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: identityOf(call),
    eventTime: eventTime(at),
    eventSource: `${service}.amazonaws.com`,
    eventName: operation,
    awsRegion: service === "iam" || !region ? GLOBAL_REGION : region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent === undefined ? null : bounded.text(call.userAgent),
    ...(error === undefined
      ? {}
      : { errorCode: error.code, errorMessage: bounded.text(error.message) }),
    requestParameters: members(call.input, bounded),
    responseElements:
      error !== undefined || (readOnly && !isAssuming) ? null : members(call.output, bounded),
    requestID: call.requestId,
    eventID,
    readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    ...(accountId === undefined ? {} : { recipientAccountId: accountId }),
    eventCategory: "Management",
  };
}

function members(value: unknown, bounded: BoundedJson): JsonValue {
  if (typeof value !== "object" || value === null) return null;
  const kept = bounded.object(hideSecrets(value) as Readonly<Record<string, unknown>>);
  return Object.keys(kept).length === 0 ? null : kept;
}

function identityOf({ operation, caller, output, error }: ApiCall): UserIdentity {
  if (operation !== "AssumeRoleWithWebIdentity") return userIdentity(caller, caller?.accessKeyId);
  const bounded = new BoundedJson();
  const texts = (error === undefined ? output : {}) as Readonly<Record<string, unknown>>;
  const { provider, audience, subjectFromWebIdentityToken: subject } = texts;
  if (typeof provider !== "string" || typeof subject !== "string") {
    return { type: "WebIdentityUser" };
  }
  return {
    type: "WebIdentityUser",
    principalId: bounded.text([provider, audience, subject].map(String).join(":")),
    userName: bounded.text(subject),
    identityProvider: bounded.text(provider),
  };
}

/** Who asks for a role without credentials is nobody's; the event goes to the role's account. */
function accountOfRole(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("roleArn" in input)) return undefined;
  const [account] = /(?<=^arn:aws:iam::)\d{12}(?=:)/.exec(String(input.roleArn)) ?? [];
  return account;
}
