/** `admin` connects with DbConnectAdmin, every other user with DbConnect; neither stands for the other. */
import { type AuthAction, requiredAuthAction } from "../../dsql/index.ts";
import type { AuthToken } from "../../sigv4/index.ts";
import type { ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/** Checks that the token's action is the one that the requested user needs. */
export function checkUserAndAction(facts: {
  readonly token: AuthToken;
  readonly attempt: ConnectionAttempt;
}): StepOutcome<{ action: AuthAction }> {
  const user = facts.attempt.requestedUser;
  const { action } = facts.token;
  const required = requiredAuthAction(user);
  const saw = { requestedUser: user, tokenAction: action, requiredAction: required };
  if (action === required) return { kind: "continue", facts: { action: required }, saw };
  const reason = `user \`${user}\` needs a token for ${required}, this one is for ${action}`;
  return { kind: "refuse", saw, refusal: refuse("action_not_for_user", reason, { user, action }) };
}
