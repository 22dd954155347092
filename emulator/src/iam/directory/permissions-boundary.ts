/**
 * Permissions boundaries of users and roles.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
import type { DirectoryState } from "./directory-state.ts";
import { IamError } from "./iam-error.ts";
import type { RoleRecord, UserRecord } from "./iam-snapshot.ts";

/**
 * That a policy can be a boundary here.
 *
 * @throws IamError `InvalidInput`, `NoSuchEntity`, `AccessDenied`
 */
export function checkBoundary(state: DirectoryState, arn: string): void {
  refuseForeignPolicy(state, arn);
  state.requirePolicy(arn, `Scope ARN: ${arn} does not exist or is not attachable.`);
}

/**
 * Policies of other accounts can be neither attached nor read.
 *
 * @throws IamError `AccessDenied`
 */
export function refuseForeignPolicy({ accountId }: DirectoryState, arn: string): void {
  const owner = /^arn:aws:iam::(\d{12}):policy\//.exec(arn)?.[1];
  if (owner === undefined || owner === accountId) return;
  throw new IamError("AccessDenied", "Policy is outside your own account.");
}

/** Gives a boundary in place of the one before; `undefined` takes it away. */
export function setBoundary(
  { boundaries }: DirectoryState,
  record: UserRecord | RoleRecord,
  arn: string | undefined,
): void {
  if (record.permissionsBoundary !== undefined) {
    boundaries.remove(record.permissionsBoundary, record);
  }
  delete record.permissionsBoundary;
  if (arn === undefined) return;
  record.permissionsBoundary = arn;
  boundaries.add(arn, record);
}
