import { describe, expect, test } from "vitest";
import { clientError } from "./client-error.ts";
import { refuse, withFix } from "./refusal.ts";

const SESSION_ID = "abcdefghijklmnopqrstuvwxyz";
const DENIAL =
  "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: dsql:DbConnect on resource: arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a because no identity-based policy allows the dsql:DbConnect action";

describe("what the client of a refused connection sees", () => {
  test("is DSQL's answer and nothing else by default", () => {
    const refusal = refuse("iam_denied", "implicit deny", { denial: DENIAL });
    expect(clientError(refusal, SESSION_ID, { explain: false })).toStrictEqual({
      severity: "FATAL",
      sqlState: "08006",
      message: "unable to accept connection, access denied",
      detail: "Session Id: abcdefghijklmnopqrstuvwxyz",
      hint: DENIAL,
    });
  });

  test("has no hint where DSQL gives none", () => {
    const refusal = refuse("role_not_mapped", "no mapping");
    expect(clientError(refusal, SESSION_ID, { explain: false })).toStrictEqual({
      severity: "FATAL",
      sqlState: "28000",
      message: "unable to accept connection, access denied",
      detail: "Session Id: abcdefghijklmnopqrstuvwxyz",
      hint: undefined,
    });
  });

  test("carries on request the emulator's reason and fix after DSQL's own words", () => {
    const refusal = refuse("iam_denied", "implicit deny: 0 statements looked at", {
      denial: DENIAL,
    });
    expect(clientError(refusal, SESSION_ID, { explain: true })).toStrictEqual({
      severity: "FATAL",
      sqlState: "08006",
      message: "unable to accept connection, access denied",
      detail:
        "Session Id: abcdefghijklmnopqrstuvwxyz\nemulator: implicit deny: 0 statements looked at (iam_denied)",
      hint: `${DENIAL}\nemulator: attach a policy that allows the action on the cluster's ARN to the principal`,
    });
  });

  test("carries on request the fix of the case in place of the catalogue's", () => {
    const fix = "as admin: AWS IAM GRANT \"a\n\" TO 'arn';";
    const refusal = withFix(refuse("role_not_mapped", "no mapping"), fix);
    expect(clientError(refusal, SESSION_ID, { explain: true }).hint).toBe(
      "emulator: as admin: AWS IAM GRANT \"a\uFFFD\" TO 'arn';",
    );
    expect(clientError(refusal, SESSION_ID, { explain: false }).hint).toBeUndefined();
  });

  test("carries on request the fix alone as the hint where DSQL gives none", () => {
    const refusal = refuse("role_not_mapped", "no mapping of `arn` to database role `app`");
    expect(clientError(refusal, SESSION_ID, { explain: true })).toStrictEqual({
      severity: "FATAL",
      sqlState: "28000",
      message: "unable to accept connection, access denied",
      detail:
        "Session Id: abcdefghijklmnopqrstuvwxyz\nemulator: no mapping of `arn` to database role `app` (role_not_mapped)",
      hint: "emulator: as admin: CREATE ROLE … WITH LOGIN, then AWS IAM GRANT <role> TO '<caller ARN>'",
    });
  });
});
