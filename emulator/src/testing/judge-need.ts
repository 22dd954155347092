/** Compares what an attempt lacked with what a test expects. */
import type { PolicyDocument, PolicyStatement } from "./configuration-form.ts";
import type { Decision } from "./decisions.ts";
import { type Judgement, judgement, part } from "./judge-attempt.ts";
import { type Attempt, observeAttempt } from "./observe-attempt.ts";
import type { TestEmulator } from "./test-emulator.ts";

/** Statements that allow, as a policy or alone; `null` for an attempt that lacks no policy. */
export type NeededPolicyForm = PolicyDocument | PolicyStatement | null;

/** What else is expected of the need; what is not given may be anything. */
export interface ExpectedNeed {
  /** A statement to be run as `admin`, such as `AWS IAM GRANT app TO '…'`; `null` for no such statement. */
  readonly grant?: string | null;
  /** Whose decision it is; by default that of any emulator of this process. */
  readonly emulator?: TestEmulator;
}

/**
 * Whether the attempt was refused, or would be refused in `strict`, for the lack of exactly this policy:
 * attached to its principal, and to whatever limits the principal. A statement is compared by its actions
 * and resources. A connection that comes of the attempt is closed.
 */
export async function judgeNeed(
  attempt: Attempt,
  policy: NeededPolicyForm,
  { grant, emulator }: ExpectedNeed,
): Promise<Judgement> {
  const observed = await observeAttempt(attempt, { emulator, closesPromised: true });
  const needed = observed.decision?.needed ?? undefined;
  const isMet =
    needed !== undefined &&
    isSame(permissionsOf(policy), permissionsOf(policyOf(needed))) &&
    isNeededGrant(needed.grant, grant);
  const wanted = `a connection that needs ${policy === null ? "no policy" : JSON.stringify(policy)}${part("and", grant ?? undefined)}`;
  return judgement(isMet, wanted, observed);
}

/** The final semicolon may be left out. */
function isNeededGrant(
  needed: NonNullable<Decision["needed"]>["grant"],
  grant: string | null | undefined,
): boolean {
  if (grant === undefined) return true;
  if (grant === null) return needed === null;
  const lacked = needed?.statements.map(withoutSemicolon) ?? [];
  return lacked.includes(withoutSemicolon(grant));
}

function withoutSemicolon(statement: string): string {
  return statement.replace(/;\s*$/, "");
}

function policyOf({ access }: NonNullable<Decision["needed"]>): NeededPolicyForm {
  if (access === null) return null;
  const statements = [
    ...(access.policy?.Statement ?? []),
    ...access.widenings.map(({ statement }) => statement),
  ].map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }));
  return { Version: "2012-10-17", Statement: statements };
}

/** Each action with each of its resources; actions have no case. */
function permissionsOf(policy: NeededPolicyForm): ReadonlySet<string> {
  if (policy === null) return new Set();
  const statements = isDocument(policy) ? policy.Statement : [policy];
  return new Set(
    statements.flatMap(({ Effect, Action = [], Resource = [] }) =>
      [Action]
        .flat()
        .flatMap((action) =>
          [Resource].flat().map((resource) => `${Effect} ${action.toLowerCase()} ${resource}`),
        ),
    ),
  );
}

function isDocument(policy: PolicyDocument | PolicyStatement): policy is PolicyDocument {
  return "Statement" in policy;
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((item) => right.has(item));
}
