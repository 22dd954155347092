/** `/_emulator/needed`: the permissions that refused connections lacked, also those that `soft` mode let in. */
import type { NeededSummary } from "../../audit/index.ts";
import { ApiError } from "../api-error.ts";
import type { NeededRecords } from "../ports.ts";

/**
 * What has been needed, as `principal` of the query wants it: the ARN or the name of a user or role.
 *
 * @throws ApiError when `principal` is empty or given twice
 */
export function neededBody(needed: NeededRecords, query: unknown): NeededSummary {
  const { principal } = (query ?? {}) as { readonly principal?: unknown };
  if (principal === undefined) return needed.summary();
  if (typeof principal === "string" && principal !== "") return needed.summary(principal);
  throw new ApiError(400, "invalid_request", "principal is no text, or is given twice");
}
