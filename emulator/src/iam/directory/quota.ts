/** Quotas as the service refuses to exceed them. */
import { IamError } from "./iam-error.ts";

/**
 * That one more is allowed.
 *
 * @param quota the name that the service gives it, such as `UsersPerAccount`
 * @throws IamError `LimitExceeded`
 */
export function requireRoom(present: number, quota: string, limit: number): void {
  if (present >= limit) refuseQuota(quota, limit);
}

/** @throws IamError `LimitExceeded`, always */
export function refuseQuota(quota: string, limit: number): never {
  throw new IamError("LimitExceeded", `Cannot exceed quota for ${quota}: ${limit}`);
}
