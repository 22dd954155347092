/** Service-linked roles are changed by their service only. */
import { IamError } from "./iam-error.ts";
import type { EntityRecord } from "./iam-snapshot.ts";

/**
 * That an entity is no service-linked role.
 *
 * @throws IamError `UnmodifiableEntity`
 */
export function refuseProtectedRole(
  record: EntityRecord & { readonly linkedService?: string },
): void {
  if (record.linkedService === undefined) return;
  const message = `Cannot perform the operation on the protected role '${record.name}' - this role is only modifiable by AWS`;
  throw new IamError("UnmodifiableEntity", message);
}
