import { describe, expect, test } from "vitest";
import { connect, type ConnectionScript } from "../../test/fixtures/auth/connection-world.ts";
import { signToken } from "../../test/fixtures/sigv4/sign-token.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { recordDecision } from "./record-decision.ts";

async function recordOf(script: ConnectionScript): Promise<DecisionRecord> {
  const { decisions } = await connect(script);
  const [decision] = decisions;
  if (decision === undefined) throw new Error("nothing was decided");
  return recordDecision(decision);
}

const S3_ONLY = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const PRESENT = { role: "present", rolesOfPrincipal: [], principalsOfRole: [] } as const;

/** A connection as role `app` in soft mode, where nothing allows it and nothing is mapped. */
function soft(world: ConnectionScript["world"] = {}): ConnectionScript {
  return {
    attempt: { requestedUser: "app" },
    token: { action: "DbConnect" },
    world: {
      mode: "soft",
      statements: S3_ONLY,
      mappedRoles: [],
      mappingFacts: PRESENT,
      ...world,
    },
  };
}

describe("what is needed, in the record", () => {
  test("has in soft mode what the policies lack and what the database lacks", async () => {
    const { outcome, needed } = await recordOf(soft());
    expect(outcome).toBe("admitted");
    expect(needed?.access?.policy?.Statement[0].Action).toBe("dsql:DbConnect");
    expect(needed?.grant).toMatchObject({ state: "missing", role: "present" });
  });

  test("has no grant when soft mode has found the mapping", async () => {
    const { needed } = await recordOf(soft({ mappedRoles: ["app"] }));
    expect(needed?.access?.policy).not.toBeNull();
    expect(needed?.grant).toBeNull();
  });

  test("has nothing of IAM when the policies allow the connection", async () => {
    const allow = { Effect: "Allow", Action: "*", Resource: "*" };
    const { needed } = await recordOf(soft({ statements: allow }));
    expect([needed?.access, needed?.grant?.state]).toEqual([null, "missing"]);
  });

  test("is nothing when one of the refusals cannot be cured", async () => {
    const { needed } = await recordOf(soft({ mappingFacts: { ...PRESENT, role: "reserved" } }));
    expect(needed).toBeNull();
  });

  test("is nothing of an admitted connection, and of a wrong token", async () => {
    expect((await recordOf({})).needed).toBeNull();
    expect((await recordOf({ password: "x" })).needed).toBeNull();
  });

  test("is found in soft mode although the token is wrong too", async () => {
    const now = new Date("2026-01-15T13:00:00Z");
    const { refusal, needed } = await recordOf(soft({ now }));
    expect(refusal?.code).toBe("token_expired");
    expect(needed?.access?.policy).not.toBeNull();
  });

  test("stays small and without secrets whatever the role is called", async () => {
    const requestedUser = `${signToken()}${"x".repeat(9000)}`;
    const { needed } = await recordOf({ ...soft(), attempt: { requestedUser } });
    const text = JSON.stringify(needed);
    expect(text.length).toBeLessThan(8000);
    expect(text).not.toMatch(/Signature=[0-9a-f]{64}/);
  });

  test("keeps ten of a hundred statements that deny", async () => {
    const statements = Array.from({ length: 100 }, (_, index) => ({
      Sid: `No${index}`,
      Effect: "Deny",
      Action: "*",
      Resource: "*",
    }));
    const { needed } = await recordOf({ world: { statements } });
    expect(needed?.access?.denies.map(({ sid }) => sid)).toEqual(
      Array.from({ length: 10 }, (_, index) => `No${index}`),
    );
  });
});
