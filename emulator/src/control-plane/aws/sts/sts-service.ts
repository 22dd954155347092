/**
 * The Security Token Service.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
import type { QueryCall, UnsignedCall } from "../query/answer-query.ts";
import { queryOperation, type QueryService } from "../query/query-operation.ts";
import { required, text } from "../query/shape.ts";

/** The operations of STS, by name. */
export const STS_SERVICE: QueryService<QueryCall, UnsignedCall> = {
  name: "sts",
  version: "2011-06-15",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  operations: new Map([
    [
      "GetCallerIdentity",
      queryOperation({
        input: {},
        output: { Arn: required(text()), UserId: required(text()), Account: required(text()) },
        // SPEC: no permission is needed, and none can be denied.
        access: () => undefined,
        run: (_input, { caller: { arn, userId, accountId } }: QueryCall) => ({
          arn,
          userId,
          account: accountId,
        }),
      }),
    ],
  ]),
};
