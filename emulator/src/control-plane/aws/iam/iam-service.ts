/**
 * Identity and Access Management.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import type { QueryCall, UnsignedCall } from "../query/answer-query.ts";
import type { QueryService } from "../query/query-operation.ts";
import { ATTACHMENT_OPERATIONS } from "./attachment-operations.ts";
import { AUTHORIZATION_DETAILS_OPERATIONS } from "./authorization-details-operations.ts";
import { GROUP_OPERATIONS } from "./group-operations.ts";
import { INLINE_POLICY_OPERATIONS } from "./inline-policy-operations.ts";
import { MANAGED_POLICY_OPERATIONS } from "./managed-policy-operations.ts";
import { PROVIDER_OPERATIONS } from "./provider-operations.ts";
import { ROLE_OPERATIONS } from "./role-operations.ts";
import { SIMULATE_OPERATIONS } from "./simulate-operations.ts";
import { USER_OPERATIONS } from "./user-operations.ts";

/** The operations of IAM, by name. */
export const IAM_SERVICE: QueryService<QueryCall, UnsignedCall> = {
  name: "iam",
  version: "2010-05-08",
  xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  operations: new Map(
    Object.entries({
      ...USER_OPERATIONS,
      ...GROUP_OPERATIONS,
      ...ROLE_OPERATIONS,
      ...INLINE_POLICY_OPERATIONS,
      ...MANAGED_POLICY_OPERATIONS,
      ...ATTACHMENT_OPERATIONS,
      ...PROVIDER_OPERATIONS,
      ...AUTHORIZATION_DETAILS_OPERATIONS,
      ...SIMULATE_OPERATIONS,
    }),
  ),
};
