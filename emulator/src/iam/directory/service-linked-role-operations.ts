/**
 * The service-linked role of Aurora DSQL.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-service-linked-roles.html
 */
import { DSQL_SERVICE_ROLE_POLICY } from "./aws-managed-policies.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describeRole, type Role } from "./entities.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { RoleRecord } from "./iam-snapshot.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { requireRoom } from "./quota.ts";
import type { RoleNameInput } from "./role-operations.ts";

/** Request of `CreateServiceLinkedRole`. */
export interface CreateServiceLinkedRoleInput {
  readonly awsServiceName: string | undefined;
  readonly description?: string | undefined;
  readonly customSuffix?: string | undefined;
}

/** The operations; each throws `IamError`. A deletion is finished at once. */
export interface ServiceLinkedRoleOperations {
  createServiceLinkedRole(input: CreateServiceLinkedRoleInput): Role;
  deleteServiceLinkedRole(input: RoleNameInput): { readonly deletionTaskId: string };
  getServiceLinkedRoleDeletionStatus(input: { readonly deletionTaskId: string | undefined }): {
    readonly status: "SUCCEEDED";
  };
}

const DSQL_SERVICE = "dsql.amazonaws.com";
const DSQL_ROLE = "AWSServiceRoleForAuroraDsql";
const SESSION_SECONDS = 3600;

const CREATE = {
  awsServiceName: required(TEXT_RULES.serviceName),
  description: optional(TEXT_RULES.roleDescription),
  customSuffix: optional(TEXT_RULES.customSuffix),
};
const ROLE_NAME = { roleName: required(TEXT_RULES.roleName) };
const TASK = { deletionTaskId: required(TEXT_RULES.deletionTaskId) };

/** The operations on the service-linked roles of a directory. */
export function serviceLinkedRoleOperations(state: DirectoryState): ServiceLinkedRoleOperations {
  const { roles, attachments, deletionTasks } = state;
  return {
    createServiceLinkedRole: (input) => {
      const { awsServiceName, description, customSuffix } = checkMembers(input, CREATE);
      if (awsServiceName !== DSQL_SERVICE) {
        // DEVIATION: the roles of other services are not known here.
        const message = `Service-linked roles of ${awsServiceName} are not supported.`;
        throw new IamError("InvalidInput", message);
      }
      if (customSuffix !== undefined) {
        const message = `Custom suffix is not allowed for ${awsServiceName}`;
        throw new IamError("InvalidInput", message);
      }
      if (roles.find(DSQL_ROLE) !== undefined) {
        const message = `Service role name ${DSQL_ROLE} has been taken in this account, please try a different suffix.`;
        throw new IamError("InvalidInput", message);
      }
      requireRoom(roles.size, "RolesPerAccount", IAM_QUOTAS.rolesPerAccount);
      const role: RoleRecord = {
        name: DSQL_ROLE,
        path: `/aws-service-role/${awsServiceName}/`,
        id: state.identities.newId("AROA"),
        createDate: state.now(),
        inlinePolicies: [],
        attachedPolicies: [DSQL_SERVICE_ROLE_POLICY],
        tags: [],
        trustPolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: awsServiceName }, Action: "sts:AssumeRole" },
          ],
        }),
        maxSessionDurationSeconds: SESSION_SECONDS,
        linkedService: awsServiceName,
        ...(description === undefined ? {} : { description }),
      };
      state.addRole(role);
      return describeRole(state, role);
    },

    deleteServiceLinkedRole: (input) => {
      const role = roles.require(checkMembers(input, ROLE_NAME).roleName);
      if (role.linkedService === undefined) {
        // Chosen: the service's text is not published.
        const message = `The role ${role.name} is not a service-linked role.`;
        throw new IamError("InvalidInput", message);
      }
      for (const arn of role.attachedPolicies) attachments.remove(arn, role);
      roles.remove(role);
      const deletionTaskId = `task/aws-service-role/${role.linkedService}/${role.name}/${role.id}`;
      deletionTasks.add(deletionTaskId);
      return { deletionTaskId };
    },

    getServiceLinkedRoleDeletionStatus: (input) => {
      const { deletionTaskId } = checkMembers(input, TASK);
      if (deletionTasks.has(deletionTaskId)) return { status: "SUCCEEDED" };
      // Chosen: the service's text is not published.
      const message = `Deletion task ${deletionTaskId} cannot be found.`;
      throw new IamError("NoSuchEntity", message);
    },
  };
}
