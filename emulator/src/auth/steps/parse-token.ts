/** The password is an auth token: a presigned request without its scheme. */
import { redactAuthToken, redactSecret } from "../../shared/index.ts";
import { type AuthToken, parseAuthToken } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";
import { tokenDamage } from "../token-damage.ts";

/** Reads the token, strictly. */
export function parseToken(facts: {
  readonly password: string;
}): StepOutcome<{ token: AuthToken }> {
  const { password } = facts;
  const parsed = parseAuthToken(password);
  if (parsed.kind === "malformed") {
    const damage = tokenDamage(password);
    const hint = damage === undefined ? "" : `; it looks as if ${damage.description}`;
    const reason =
      password === ""
        ? "the password is empty"
        : `the password is not an auth token: ${parsed.problem}${hint}`;
    // INVARIANT: only in a text that has been parsed is it known where the secrets stand.
    const saw = {
      token: redactSecret(password),
      problem: parsed.code,
      damage: damage?.kind ?? null,
    };
    // FIDELITY: a credential that is there but malformed is one that AWS does not know; docs/fidelity.md.
    const code = parsed.code === "invalid-credential" ? "credential_malformed" : "token_malformed";
    return { kind: "refuse", saw, refusal: refuse(code, reason) };
  }
  const saw = { token: redactAuthToken(password) };
  return { kind: "continue", facts: { token: parsed.token }, saw };
}
