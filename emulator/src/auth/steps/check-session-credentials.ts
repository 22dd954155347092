/** A session token belongs to temporary credentials; a long-term access key has none. */
import type { AuthToken } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/** Refuses a session token: only long-term credentials exist, and none of them goes with one. */
export function checkSessionCredentials(facts: { readonly token: AuthToken }): StepOutcome<object> {
  const hasSecurityToken = facts.token.securityToken !== undefined;
  const saw = { hasSecurityToken };
  if (!hasSecurityToken) return { kind: "continue", facts: {}, saw };
  const { accessKeyId } = facts.token.credential;
  const reason = `the token carries X-Amz-Security-Token, but \`${accessKeyId}\` is a long-term access key: unset AWS_SESSION_TOKEN`;
  return { kind: "refuse", saw, refusal: refuse("session_token_invalid", reason) };
}
