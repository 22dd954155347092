/** `GetAccountSummary`: what an account holds, and its quotas. */
import { POLICY_SIZE_LIMITS } from "../policy-size.ts";
import type { DirectoryState } from "./directory-state.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";

/** The operation. */
export interface AccountSummaryOperation {
  /** Numbers by the names of the API. */
  getAccountSummary(): Readonly<Record<string, number>>;
}

/** The operation on a directory. */
export function accountSummaryOperation(state: DirectoryState): AccountSummaryOperation {
  return {
    getAccountSummary: () => ({
      Users: state.users.size,
      UsersQuota: IAM_QUOTAS.usersPerAccount,
      Groups: state.groups.size,
      GroupsQuota: IAM_QUOTAS.groupsPerAccount,
      Roles: state.roles.size,
      RolesQuota: IAM_QUOTAS.rolesPerAccount,
      Policies: state.policyNames.size,
      PoliciesQuota: IAM_QUOTAS.policiesPerAccount,
      Providers: state.openIdConnectProviders.size,
      AccessKeysPerUserQuota: IAM_QUOTAS.accessKeysPerUser,
      GroupsPerUserQuota: IAM_QUOTAS.groupsPerUser,
      AttachedPoliciesPerUserQuota: IAM_QUOTAS.managedPoliciesPerUser,
      AttachedPoliciesPerGroupQuota: IAM_QUOTAS.managedPoliciesPerGroup,
      AttachedPoliciesPerRoleQuota: IAM_QUOTAS.managedPoliciesPerRole,
      VersionsPerPolicyQuota: IAM_QUOTAS.versionsPerPolicy,
      PolicySizeQuota: POLICY_SIZE_LIMITS.managed,
      UserPolicySizeQuota: POLICY_SIZE_LIMITS.userInline,
      GroupPolicySizeQuota: POLICY_SIZE_LIMITS.groupInline,
      RolePolicySizeQuota: POLICY_SIZE_LIMITS.roleInline,
      AssumeRolePolicySizeQuota: POLICY_SIZE_LIMITS.trust,
      AccountAccessKeysPresent: 0,
      AccountMFAEnabled: 0,
    }),
  };
}
