/** Matchers for `expect.extend` of Vitest and of Jest. */
import {
  type ExpectedAdmission,
  type ExpectedRefusal,
  judgeAdmission,
  type Judgement,
  judgeRefusal,
} from "./judge-attempt.ts";
import { type ExpectedNeed, judgeNeed, type NeededPolicyForm } from "./judge-need.ts";
import type { Attempt } from "./observe-attempt.ts";

/** What the matchers look like on `expect(…)`, to extend the types of Vitest or Jest with. */
export interface DsqlMatchers<Result = Promise<void>> {
  /** The attempt is refused, for this reason. */
  toBeRefused(expected?: ExpectedRefusal): Result;
  /** The attempt is admitted, as this role. */
  toBeAdmitted(expected?: ExpectedAdmission): Result;
  /** What the attempt lacked is this policy, and no other. */
  toHaveNeeded(policy: NeededPolicyForm, expected?: ExpectedNeed): Result;
}

/** What Vitest and Jest take from a matcher. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** `expect.extend(matchers)`. What is given to `expect` is a promise of a connection or a function that connects. */
export const matchers = {
  /** Fails unless the attempt is refused as expected; with `.not`, if it is. */
  async toBeRefused(received: Attempt, expected: ExpectedRefusal = {}): Promise<MatcherResult> {
    return matcherResult(await judgeRefusal(received, expected));
  },

  /** Fails unless the attempt is admitted as expected; with `.not`, if it is. */
  async toBeAdmitted(received: Attempt, expected: ExpectedAdmission = {}): Promise<MatcherResult> {
    return matcherResult(await judgeAdmission(received, expected));
  },

  /** Fails unless the attempt lacked this policy and no other; with `.not`, if it did. */
  async toHaveNeeded(
    received: Attempt,
    policy: NeededPolicyForm,
    expected: ExpectedNeed = {},
  ): Promise<MatcherResult> {
    return matcherResult(await judgeNeed(received, policy, expected));
  },
};

function matcherResult({ isMet, text }: Judgement): MatcherResult {
  return {
    pass: isMet,
    message: () => (isMet ? text.replace("expected ", "did not expect ") : text),
  };
}
