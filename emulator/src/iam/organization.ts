/** What an organization says of an account. */
import type { OrganizationMembership } from "./caller.ts";
import type { PolicyLevel } from "./evaluate-access.ts";

/** An account in an organization, with the policies over it. */
export interface AccountMembership extends OrganizationMembership {
  /** From the root down to the account; `undefined` where none limits, as in the management account. */
  readonly serviceControl?: readonly PolicyLevel[] | undefined;
  /** From the root down to the account. */
  readonly resourceControl?: readonly PolicyLevel[] | undefined;
}
