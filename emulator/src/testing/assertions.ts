/** Plain assertions, for node:test or any other runner. */
import { AssertionError } from "node:assert";
import {
  type ExpectedAdmission,
  type ExpectedRefusal,
  judgeAdmission,
  judgeRefusal,
} from "./judge-attempt.ts";
import { type ExpectedNeed, judgeNeed, type NeededPolicyForm } from "./judge-need.ts";
import type { Attempt } from "./observe-attempt.ts";

/**
 * Asserts that a connection is refused.
 *
 * @throws AssertionError with the decision's trace
 */
export async function assertRefused(
  attempt: Attempt,
  expected: ExpectedRefusal = {},
): Promise<void> {
  const { isMet, text } = await judgeRefusal(attempt, expected);
  if (!isMet) throw new AssertionError({ message: text, stackStartFn: assertRefused });
}

/**
 * Asserts that a connection is admitted.
 *
 * @throws AssertionError with the decision's trace
 */
export async function assertAdmitted(
  attempt: Attempt,
  expected: ExpectedAdmission = {},
): Promise<void> {
  const { isMet, text } = await judgeAdmission(attempt, expected);
  if (!isMet) throw new AssertionError({ message: text, stackStartFn: assertAdmitted });
}

/**
 * Asserts that what an attempt lacked is this policy and no other; `null` is none.
 *
 * @throws AssertionError with the decision's trace
 */
export async function assertNeeded(
  attempt: Attempt,
  policy: NeededPolicyForm,
  expected: ExpectedNeed = {},
): Promise<void> {
  const { isMet, text } = await judgeNeed(attempt, policy, expected);
  if (!isMet) throw new AssertionError({ message: text, stackStartFn: assertNeeded });
}
