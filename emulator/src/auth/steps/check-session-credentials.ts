/** Temporary credentials come with a session token that is theirs, and are not over. */
import type { AccessKey } from "../../iam/index.ts";
import type { Clock } from "../../shared/index.ts";
import type { AuthToken } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

interface Facts {
  readonly token: AuthToken;
  readonly accessKey: AccessKey;
}

/** Makes the step that checks the session, whose end counts although the token may last longer. */
export function checkSessionCredentials(clock: Clock): (facts: Facts) => StepOutcome<object> {
  return ({ token, accessKey }) => {
    const { session } = accessKey.caller;
    const saw = {
      hasSecurityToken: token.securityToken !== undefined,
      ...(session === undefined
        ? {}
        : {
            issuedAt: session.issuedAt.toISOString(),
            expiresAt: session.expiresAt.toISOString(),
            now: clock.now().toISOString(),
          }),
    };
    const problem = accessKey.sessionProblem;
    if (problem === undefined) return { kind: "continue", facts: {}, saw };
    const code = problem.kind === "expired" ? "session_expired" : "session_token_invalid";
    return { kind: "refuse", saw, refusal: refuse(code, problem.reason) };
  };
}
