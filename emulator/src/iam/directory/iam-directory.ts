/**
 * The IAM of one account, in memory: users, groups, roles, keys, policies and providers, with one
 * method for each operation of the IAM API.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import { type AccessKeyOperations, accessKeyOperations } from "./access-key-operations.ts";
import {
  type AuthorizationDetailsOperation,
  authorizationDetailsOperation,
} from "./account-authorization-details.ts";
import { type AccountSummaryOperation, accountSummaryOperation } from "./account-summary.ts";
import { type AttachmentOperations, attachmentOperations } from "./attachment-operations.ts";
import { type AuthorizationReads, authorizationReads } from "./authorization-reads.ts";
import { DirectoryState } from "./directory-state.ts";
import { type GroupOperations, groupOperations } from "./group-operations.ts";
import type { IamSnapshot } from "./iam-snapshot.ts";
import type { IamIdentitySource } from "./identity-source.ts";
import { type InlinePolicyOperations, inlinePolicyOperations } from "./inline-policy-operations.ts";
import {
  type ManagedPolicyOperations,
  managedPolicyOperations,
} from "./managed-policy-operations.ts";
import {
  type OpenIdConnectOperations,
  openIdConnectOperations,
} from "./openid-connect-operations.ts";
import { type PolicyEntitiesOperation, policyEntitiesOperation } from "./policy-entities.ts";
import { type PolicyTextReads, policyTextReads } from "./policy-texts.ts";
import { type RoleOperations, roleOperations } from "./role-operations.ts";
import {
  type ServiceLinkedRoleOperations,
  serviceLinkedRoleOperations,
} from "./service-linked-role-operations.ts";
import { type UserOperations, userOperations } from "./user-operations.ts";

/** The operations of the IAM API, by their names there with a small first letter. */
export interface IamOperations
  extends
    UserOperations,
    AccessKeyOperations,
    GroupOperations,
    RoleOperations,
    ServiceLinkedRoleOperations,
    InlinePolicyOperations,
    ManagedPolicyOperations,
    AttachmentOperations,
    PolicyEntitiesOperation,
    OpenIdConnectOperations,
    AccountSummaryOperation,
    AuthorizationDetailsOperation {}

/** The IAM of one account. A refused operation changes nothing. */
export interface IamDirectory extends IamOperations, AuthorizationReads, PolicyTextReads {
  readonly accountId: string;
  /** Everything as plain JSON, secrets of access keys included. */
  snapshot(): IamSnapshot;
  /** Becomes what a snapshot of this account was made of. */
  reset(snapshot: IamSnapshot): void;
}

/** An account with nothing but AWS's own policies. */
export function createIamDirectory(accountId: string, identities: IamIdentitySource): IamDirectory {
  return directoryOf(new DirectoryState(accountId, identities));
}

/** The account that a snapshot was made of. */
export function restoreIamDirectory(
  snapshot: IamSnapshot,
  identities: IamIdentitySource,
): IamDirectory {
  return directoryOf(DirectoryState.restore(snapshot, identities));
}

function directoryOf(state: DirectoryState): IamDirectory {
  return {
    accountId: state.accountId,
    snapshot: () => state.snapshot(),
    reset: (snapshot) => {
      state.reset(snapshot);
    },
    ...userOperations(state),
    ...accessKeyOperations(state),
    ...groupOperations(state),
    ...roleOperations(state),
    ...serviceLinkedRoleOperations(state),
    ...inlinePolicyOperations(state),
    ...managedPolicyOperations(state),
    ...attachmentOperations(state),
    ...policyEntitiesOperation(state),
    ...openIdConnectOperations(state),
    ...accountSummaryOperation(state),
    ...authorizationDetailsOperation(state),
    ...authorizationReads(state),
    ...policyTextReads(state),
  };
}
