import { describe, expect, test } from "vitest";
import { connect } from "../../test/fixtures/auth/connection-world.ts";
import { refuse } from "./refusal.ts";

describe("a refusal", () => {
  test("fills in the facts of its case", () => {
    expect(
      refuse("action_not_for_user", "why", { user: "admin", action: "DbConnect" }),
    ).toStrictEqual({
      code: "action_not_for_user",
      message: "unable to accept connection, access denied",
      hint: "Wrong user to action mapping. user: admin, action: DbConnect",
      reason: "why",
    });
  });

  test("fills in a fact as it is, also one that looks like a placeholder", () => {
    const facts = { user: "{action} $& $1", action: "DbConnect" };
    expect(refuse("action_not_for_user", "why", facts).hint).toBe(
      "Wrong user to action mapping. user: {action} $& $1, action: DbConnect",
    );
  });

  test("keeps its reason on one line and without control characters, whatever a client sends", async () => {
    const database = "x\n2026-01-15 admitted\r\u001B[2K\u2028y";
    const { verdict } = await connect({ attempt: { requestedDatabase: database } });
    expect(verdict.kind === "refused" && verdict.refusal).toStrictEqual({
      code: "database_unknown",
      message: `database "${database}" does not exist`,
      hint: undefined,
      reason:
        "a cluster has one database, `postgres`; the client asked for `x\uFFFD2026-01-15 admitted\uFFFD\uFFFD[2K\uFFFDy`",
    });
  });
});
