import { describe, expect, test } from "vitest";
import { CONNECTION_CASES } from "../../test/fixtures/auth/connection-cases.ts";
import {
  ALICE,
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
  TEST_CLUSTER,
} from "../../test/fixtures/auth/connection-world.ts";
import { ALTERATIONS, HARMLESS_ALTERATIONS } from "../../test/fixtures/sigv4/alterations.ts";
import {
  signToken,
  TEST_ACCESS_KEY,
  TEST_SIGNING_TIME,
} from "../../test/fixtures/sigv4/sign-token.ts";
import { RECORDED_TOKENS, REORDERED_TOKENS } from "../../test/fixtures/sigv4/token-fixtures.ts";
import type { AuthorizationPorts } from "./ports.ts";
import type { AuthRefusal } from "./refusal.ts";

async function outcomeOf(script: ConnectionScript): Promise<unknown> {
  const { verdict } = await connect(script);
  return verdict.kind === "refused" ? withoutNeeded(verdict.refusal) : verdict.kind;
}

/** What would cure it has tests of its own. */
function withoutNeeded(refusal: AuthRefusal | undefined): object | undefined {
  if (refusal === undefined) return undefined;
  const { needed: _needed, ...rest } = refusal;
  return rest;
}

async function codeOf(script: ConnectionScript): Promise<string> {
  const { verdict } = await connect(script);
  return verdict.kind === "refused" ? verdict.refusal.code : verdict.kind;
}

describe("a connection in strict mode", () => {
  test.each(CONNECTION_CASES)("$name", async (connectionCase) => {
    expect(await outcomeOf(connectionCase)).toStrictEqual(connectionCase.outcome);
  });

  test.each(CONNECTION_CASES)(
    "leaves one record without secrets: $name",
    async (connectionCase) => {
      const { verdict, decisions } = await connect(connectionCase);
      expect(decisions).toHaveLength(1);
      expect(decisions[0]?.outcome).toBe(verdict.kind);
      expect(decisions[0]?.refusal).toBe(verdict.kind === "refused" ? verdict.refusal : undefined);
      const password = connectionCase.password ?? signToken(connectionCase.token);
      const signature = /X-Amz-Signature=(\w{64})/.exec(password)?.[1] ?? "no signature";
      const record = JSON.stringify(decisions);
      for (const secret of [
        TEST_ACCESS_KEY.secretAccessKey,
        "hunter2",
        signature,
        "fake-session-token",
      ]) {
        expect(record).not.toContain(secret);
      }
    },
  );

  test("says what was authorized", async () => {
    const { verdict } = await connect({});
    expect(verdict).toStrictEqual({
      kind: "admitted",
      authorization: {
        cluster: TEST_CLUSTER,
        databaseRole: "admin",
        principal: ALICE,
      },
    });
  });
});

/** What the pipeline says of a token of a long-term key by what parser and verifier say. */
function expectedCode(name: string, judgement: string): string {
  if (judgement === "match") return "admitted";
  if (judgement === "invalid-credential") return "credential_malformed";
  if (judgement !== "mismatch") return "token_malformed";
  if (name === "another access key id") return "access_key_unknown";
  if (name === "another day in the scope") return "scope_date_wrong";
  if (name === "another region") return "scope_region_wrong";
  if (name === "another service") return "scope_service_wrong";
  return name === "a session token added" ? "session_token_invalid" : "signature_mismatch";
}

describe("a connection with a token that was altered", () => {
  const tokens = [...RECORDED_TOKENS, ...REORDERED_TOKENS].filter(
    ({ name, token }) =>
      !token.includes("X-Amz-Security-Token") && !/upper case|a port|a week/.test(name),
  );

  test.each([...ALTERATIONS, ...HARMLESS_ALTERATIONS])("$name", async (alteration) => {
    const { name, alter, judgement } = alteration;
    expect(tokens).toHaveLength(14);
    for (const { token, signedAt, name: shape } of tokens) {
      const code = await codeOf({
        world: { now: new Date(signedAt) },
        attempt: { requestedUser: token.includes("DbConnectAdmin") ? "admin" : "app" },
        password: alter(token),
      });
      expect(`${shape}: ${code}`).toBe(`${shape}: ${expectedCode(name, judgement)}`);
    }
  });
});

describe("the record of a refused connection", () => {
  test.each<[string, ConnectionScript, unknown]>([
    ["names nobody for a wrong signature", { token: { secretAccessKey: "fake-b" } }, undefined],
    ["names nobody for an expired token", { token: { expires: "0" } }, undefined],
    ["names who signed for another host", { token: { host: "db.example.com" } }, ALICE],
    ["names who signed for another action", { token: { action: "DbConnect" } }, ALICE],
    [
      "names whom IAM denies",
      { world: { statements: { Effect: "Deny", Action: "*", Resource: "*" } } },
      ALICE,
    ],
    ["names who met a cluster that sleeps", { world: { clusterStatus: "INACTIVE" } }, ALICE],
    [
      "names who has no mapping",
      { attempt: { requestedUser: "other" }, token: { action: "DbConnect" } },
      ALICE,
    ],
    ["names who wants another database", { attempt: { requestedDatabase: "x" } }, ALICE],
  ])("%s", async (_name, script, principal) => {
    const { decisions } = await connect(script);
    expect(decisions[0]?.outcome).toBe("refused");
    expect(decisions[0]?.principal).toStrictEqual(principal);
    expect(decisions[0]?.cluster).toStrictEqual({
      ...TEST_CLUSTER,
      status: script.world?.clusterStatus ?? "ACTIVE",
    });
  });

  test("has the cluster once it is found, before a password is asked for", async () => {
    const { decisions } = await connect({ world: { hasRoom: false } });
    expect(decisions[0]?.cluster).toStrictEqual(TEST_CLUSTER);
    expect(decisions[0]?.trace.map(({ step, outcome }) => `${step} ${outcome}`)).toStrictEqual([
      "tls-and-sni passed",
      "cluster passed",
      "connection-rate passed",
      "connection-count refused",
    ]);
  });

  test("shows nothing of a password that is no token but its length", async () => {
    const { decisions } = await connect({ password: encodeURIComponent(signToken()) });
    const entry = decisions[0]?.trace.find(({ step }) => step === "parse-token");
    expect(entry?.saw).toStrictEqual({
      token: `<redacted, ${encodeURIComponent(signToken()).length} characters>`,
      problem: "no-query",
      damage: "encoded-whole",
    });
  });

  test("shows what the signature was made of, for a wrong one", async () => {
    const { decisions } = await connect({ token: { secretAccessKey: "another-fake-secret" } });
    const entry = decisions[0]?.trace.at(-1);
    expect([entry?.step, entry?.outcome, Object.keys(entry?.saw ?? {})]).toStrictEqual([
      "signature",
      "refused",
      ["accessKeyId", "diagnosis", "canonicalRequest", "stringToSign", "computedSignaturePrefix"],
    ]);
  });
});

describe("a check that fails inside the emulator", () => {
  test.each<[keyof AuthorizationPorts, string, ConnectionScript]>([
    ["clusters", "cluster", {}],
    ["gate", "connection-rate", {}],
    ["accessKeys", "access-key", {}],
    ["policies", "iam", {}],
    [
      "roleMappings",
      "role-mapping",
      { attempt: { requestedUser: "app" }, token: { action: "DbConnect" } },
    ],
  ])("refuses in every mode that makes it: %s", async (brokenPort, step, script) => {
    for (const mode of ["strict", "soft"] as const) {
      const { verdict, decisions } = await connect({ ...script, world: { brokenPort, mode } });
      const refusal = {
        code: "internal_error",
        message: "unable to accept connection, internal error",
        hint: undefined,
        reason: `step \`${step}\` failed: Error: disk is gone: ?X-Amz-Signature=<redacted, 8 characters>&x`,
      };
      expect(verdict).toStrictEqual({ kind: "refused", refusal });
      expect(decisions[0]?.trace.at(-1)).toStrictEqual({
        step,
        outcome: "refused",
        saw: { error: "Error: disk is gone: ?X-Amz-Signature=<redacted, 8 characters>&x" },
        refusal,
      });
    }
  });

  test("refuses an admission that cannot be recorded", async () => {
    expect(await outcomeOf({ world: { brokenPort: "decision-log" } })).toStrictEqual({
      code: "internal_error",
      message: "unable to accept connection, internal error",
      hint: undefined,
      reason:
        "recording the decision failed: Error: disk is gone: ?X-Amz-Signature=<redacted, 8 characters>&x",
    });
  });

  test("keeps the refusal that cannot be recorded", async () => {
    const world = { brokenPort: "decision-log" as const };
    expect(await codeOf({ world, password: "x" })).toBe("token_malformed");
    expect(await codeOf({ world, attempt: { isEncrypted: false } })).toBe("tls_required");
  });
});

describe("soft mode", () => {
  const soft = (script: ConnectionScript): ConnectionScript => ({
    ...script,
    world: { ...script.world, mode: "soft" },
  });

  test.each(CONNECTION_CASES.filter(({ outcome }) => outcome !== "admitted"))(
    "admits, or refuses where strict mode is not about permission: $name",
    async ({ outcome, ...script }) => {
      const { verdict, decisions } = await connect(soft(script));
      const code = outcome === "admitted" ? "" : outcome.code;
      const isRequired =
        /^(tls|sni|connection_rate|too_many|cluster|database|setting|internal|fault)_/.test(code);
      expect(verdict.kind).toBe(isRequired ? "refused" : "admitted");
      expect(withoutNeeded(decisions[0]?.refusal)).toStrictEqual(outcome);
    },
  );

  test("makes the later checks whose facts are there, and names the first refusal", async () => {
    const { verdict, decisions } = await connect({
      world: {
        mode: "soft",
        now: new Date(TEST_SIGNING_TIME.getTime() + 10 ** 6),
        statements: { Effect: "Deny", Action: "*", Resource: "*" },
        mappedRoles: [],
      },
      attempt: { requestedUser: "app" },
      token: { action: "DbConnect" },
    });
    expect(verdict).toStrictEqual({
      kind: "admitted",
      authorization: { cluster: TEST_CLUSTER, databaseRole: "app", principal: undefined },
    });
    expect(decisions[0]?.principal?.arn).toBe(PRINCIPAL_ARN);
    expect(decisions[0]?.refusal?.code).toBe("token_expired");
    expect(
      decisions[0]?.trace.map(({ step, outcome, refusal }) =>
        `${step} ${outcome} ${refusal?.code ?? ""}`.trim(),
      ),
    ).toStrictEqual([
      "tls-and-sni passed",
      "cluster passed",
      "connection-rate passed",
      "connection-count passed",
      "parse-token passed",
      "access-key passed",
      "session-credentials passed",
      "scope passed",
      "lifetime waived token_expired",
      "signature passed",
      "token-host passed",
      "user-and-action passed",
      "iam waived iam_denied",
      "cluster-state passed",
      "role-mapping waived role_not_mapped",
      "database passed",
    ]);
  });

  test("leaves out the checks whose facts a waived step did not establish", async () => {
    const { decisions } = await connect(soft({ password: "hunter2" }));
    expect(
      decisions[0]?.trace
        .filter(({ outcome }) => outcome === "skipped")
        .map(({ step, saw }) => [step, saw["because"]]),
    ).toStrictEqual([
      ["access-key", "needs what a waived step did not establish: token"],
      ["session-credentials", "needs what a waived step did not establish: token, accessKey"],
      ["scope", "needs what a waived step did not establish: token"],
      ["lifetime", "needs what a waived step did not establish: token"],
      ["signature", "needs what a waived step did not establish: token, accessKey"],
      ["token-host", "needs what a waived step did not establish: token"],
      ["user-and-action", "needs what a waived step did not establish: token"],
      ["iam", "needs what a waived step did not establish: accessKey, action"],
      ["role-mapping", "needs what a waived step did not establish: accessKey"],
    ]);
  });

  test("records no refusal where strict mode would have admitted", async () => {
    const { verdict, decisions } = await connect(soft({}));
    expect(verdict.kind).toBe("admitted");
    expect(decisions[0]?.refusal).toBe(undefined);
    expect(decisions[0]?.principal?.arn).toBe(PRINCIPAL_ARN);
  });
});

describe("off mode", () => {
  test("admits any password, names nobody and makes the required checks alone", async () => {
    const { verdict, decisions } = await connect({ world: { mode: "off" }, password: "x" });
    expect(verdict).toStrictEqual({
      kind: "admitted",
      authorization: { cluster: TEST_CLUSTER, databaseRole: "admin", principal: undefined },
    });
    expect(
      decisions[0]?.trace.filter(({ outcome }) => outcome === "passed").map(({ step }) => step),
    ).toStrictEqual([
      "tls-and-sni",
      "cluster",
      "connection-rate",
      "connection-count",
      "cluster-state",
      "database",
    ]);
  });

  test("refuses another database", async () => {
    expect(
      await codeOf({ world: { mode: "off" }, password: "x", attempt: { requestedDatabase: "y" } }),
    ).toBe("database_unknown");
  });
});

test("the ARN of the fixture is the one that IAM evaluates", () => {
  expect(TEST_CLUSTER.arn).toBe(CLUSTER_ARN);
});
