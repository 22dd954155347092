/** The sessions that users begin for themselves, and for others. */
import type { QueryCall } from "../query/answer-query.ts";
import { QueryError } from "../query/query-error.ts";
import { queryOperation } from "../query/query-operation.ts";
import { integer, optional, required, structure, text } from "../query/shape.ts";
import { checkSecondFactor } from "./second-factor.ts";
import {
  packedPolicySize,
  sessionPolicies,
  sessionTags,
  type TagMembers,
} from "./session-limits.ts";
import {
  CREDENTIALS,
  FEDERATED_NAME,
  POLICY_INPUT,
  SECOND_FACTOR_INPUT,
  SESSION_SECONDS,
  TAGS_INPUT,
  USER_DURATION,
} from "./sts-shapes.ts";

/**
 * `GetSessionToken`.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export const GET_SESSION_TOKEN = queryOperation({
  input: { DurationSeconds: USER_DURATION, ...SECOND_FACTOR_INPUT },
  output: { Credentials: required(CREDENTIALS) },
  // SPEC: no permission is needed, and none can be denied.
  access: (_input, _call: QueryCall) => undefined,
  run: async ({ durationSeconds = SESSION_SECONDS.usualOfUser, ...input }, call) => {
    const { caller, sts } = call;
    const credentials = await sts.sessions.issue({
      accountId: caller.accountId,
      principal: { kind: "user", userId: userIdOf(call) },
      durationSeconds,
      tags: {},
      transitiveTagKeys: [],
      mfaAuthenticatedAt: checkSecondFactor(input, call),
    });
    return { credentials };
  },
});

/**
 * `GetFederationToken`: the session may do what both the user and the session policies allow; without
 * session policies nothing.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export const GET_FEDERATION_TOKEN = queryOperation({
  input: { Name: FEDERATED_NAME, ...POLICY_INPUT, DurationSeconds: USER_DURATION, ...TAGS_INPUT },
  output: {
    Credentials: required(CREDENTIALS),
    FederatedUser: required(
      structure({ FederatedUserId: required(text()), Arn: required(text()) }),
    ),
    PackedPolicySize: optional(integer()),
  },
  access: ({ name, tags }, { caller }: QueryCall) => ({
    resource: federatedArn(caller.accountId, name),
    keys: tagRequestKeys(tags),
  }),
  run: async (input, call) => {
    const { name, durationSeconds = SESSION_SECONDS.usualOfUser } = input;
    const { accountId } = call.caller;
    const resource = federatedArn(accountId, name);
    if ((input.tags ?? []).length > 0) {
      const keys = tagRequestKeys(input.tags);
      await call.requireAccess({ action: "sts:TagSession", resource, keys });
    }
    const policies = sessionPolicies(input, call.directory) ?? { managed: [] };
    const tags = sessionTags(input.tags);
    const packedSize = packedPolicySize(policies, tags);
    const credentials = await call.sts.sessions.issue({
      accountId,
      principal: { kind: "federated-user", userId: userIdOf(call), name },
      durationSeconds,
      policies,
      tags,
      // SPEC: the session cannot assume a role, so that no tag can go on.
      transitiveTagKeys: [],
    });
    return {
      credentials,
      federatedUser: { federatedUserId: `${accountId}:${name}`, arn: resource },
      packedPolicySize: packedSize,
    };
  },
});

function tagRequestKeys(tags: TagMembers = []): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ...(tags.length === 0 ? [] : [["aws:tagkeys", tags.map(({ key }) => key)] as const]),
    ...tags.map(({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, [value]] as const),
  ]);
}

function federatedArn(accountId: string, name: string): string {
  return `arn:aws:sts::${accountId}:federated-user/${name}`;
}

/** INVARIANT: those with session credentials do not get here, so that the caller is a user. */
function userIdOf({ caller }: QueryCall): string {
  if (caller.kind === "user") return caller.userId;
  throw new QueryError("AccessDenied", 403, "Only a user can begin this session.");
}
