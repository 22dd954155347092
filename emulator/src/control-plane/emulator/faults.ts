/** `/_emulator/faults`: rules by which calls and connections fail on purpose. */
import type { FaultReport } from "../../faults/index.ts";
import { ApiError } from "../api-error.ts";
import type { FaultRules } from "../ports.ts";

/** The body of `GET /_emulator/faults`. */
export interface FaultListBody {
  /** In the order in which they were made, which is that in which they are asked. */
  readonly faults: readonly FaultReport[];
}

/** All rules. */
export function listFaults(rules: FaultRules): FaultListBody {
  return { faults: rules.list() };
}

/**
 * Adds the rule of the body.
 *
 * @throws ApiError with everything that is wrong with the rule
 */
export function addFault(rules: FaultRules, body: unknown): FaultReport {
  const added = rules.add(body);
  if (added.kind === "added") return added.fault;
  throw new ApiError(400, "invalid_request", added.problems.join("; "));
}

/**
 * Deletes a rule.
 *
 * @throws ApiError when there is no such rule
 */
export function removeFault(rules: FaultRules, id: string): void {
  if (rules.remove(id)) return;
  throw new ApiError(404, "not_found", `there is no fault rule \`${id}\``);
}
