/** What keeps an entity from being deleted. */
import type { EntityRecord } from "./iam-snapshot.ts";
import { IamError } from "./iam-error.ts";

/** @throws IamError `DeleteConflict` */
export function refuseDelete(isRefused: boolean, message: string): void {
  if (isRefused) throw new IamError("DeleteConflict", message);
}

/**
 * An entity with policies is not deleted.
 *
 * @throws IamError `DeleteConflict`
 */
export function refuseDeleteWithPolicies({ attachedPolicies, inlinePolicies }: EntityRecord): void {
  const attached = attachedPolicies.length > 0;
  refuseDelete(attached, "Cannot delete entity, must detach all policies first.");
  const inline = inlinePolicies.length > 0;
  refuseDelete(inline, "Cannot delete entity, must delete policies first.");
}
