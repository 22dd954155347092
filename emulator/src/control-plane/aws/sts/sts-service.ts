/**
 * The Security Token Service.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
import type { QueryCall, UnsignedCall } from "../query/answer-query.ts";
import { QueryError } from "../query/query-error.ts";
import {
  type QueryOperation,
  queryOperation,
  type QueryService,
} from "../query/query-operation.ts";
import { required, text } from "../query/shape.ts";
import { ASSUME_ROLE } from "./assume-role.ts";
import { ASSUME_ROLE_WITH_WEB_IDENTITY } from "./assume-role-with-web-identity.ts";
import { GET_FEDERATION_TOKEN, GET_SESSION_TOKEN } from "./user-sessions.ts";

const GET_CALLER_IDENTITY = queryOperation({
  input: {},
  output: { Arn: required(text()), UserId: required(text()), Account: required(text()) },
  // SPEC: no permission is needed, and none can be denied.
  access: () => undefined,
  run: (_input, { caller: { arn, userId, accountId } }: QueryCall) => ({
    arn,
    userId,
    account: accountId,
  }),
});

const ACCESS_KEY_ID = required(
  text({ minCharacters: 16, maxCharacters: 128, pattern: { expression: /^\w*$/, text: "[\\w]*" } }),
);

const GET_ACCESS_KEY_INFO = queryOperation({
  input: { AccessKeyId: ACCESS_KEY_ID },
  output: { Account: required(text()) },
  access: () => ({ resource: "*" }),
  run: ({ accessKeyId }, { directory, sts }: QueryCall) => {
    const isOwn = directory.findAccessKey(accessKeyId) !== undefined;
    const account = isOwn ? directory.accountId : sts.accountOfAccessKeyId(accessKeyId);
    if (account !== undefined) return { account };
    // Chosen: the service's answer to an id that is none is not published.
    throw new QueryError("ValidationError", 400, `${accessKeyId} is not a valid access key id`);
  },
});

const OPERATIONS: Readonly<Record<string, QueryOperation<QueryCall, UnsignedCall>>> = {
  AssumeRole: ASSUME_ROLE,
  AssumeRoleWithWebIdentity: ASSUME_ROLE_WITH_WEB_IDENTITY,
  GetAccessKeyInfo: GET_ACCESS_KEY_INFO,
  GetCallerIdentity: GET_CALLER_IDENTITY,
  GetFederationToken: GET_FEDERATION_TOKEN,
  GetSessionToken: GET_SESSION_TOKEN,
};

/** The operations of STS, by name. */
export const STS_SERVICE: QueryService<QueryCall, UnsignedCall> = {
  name: "sts",
  version: "2011-06-15",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  operations: new Map(Object.entries(OPERATIONS)),
};
