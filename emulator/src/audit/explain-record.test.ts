import { describe, expect, test } from "vitest";
import { CONNECTION_CASES } from "../../test/fixtures/auth/connection-cases.ts";
import {
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
  SESSION_ID,
} from "../../test/fixtures/auth/connection-world.ts";
import { signToken, TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import { REFUSALS } from "../auth/index.ts";
import { decisionLine } from "./decision-line.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { explainRecord } from "./explain-record.ts";
import { parseDecisionRecord } from "./parse-decision-record.ts";
import { recordDecision } from "./record-decision.ts";

async function recordOf(script: ConnectionScript): Promise<DecisionRecord> {
  const { decisions } = await connect(script);
  const [decision] = decisions;
  if (decision === undefined) throw new Error("nothing was decided");
  return recordDecision(decision);
}

/** The lines from the one that begins so to the next empty one. */
function part(text: string, start: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(start));
  const rest = from === -1 ? [] : lines.slice(from);
  const end = rest.indexOf("");
  return end === -1 ? rest : rest.slice(0, end);
}

const NO_ENCRYPTION: ConnectionScript = { attempt: { isEncrypted: false } };

const KEY_LINES = [
  "      condition keys of the request:",
  `        aws:principalarn = ${PRINCIPAL_ARN}`,
  "        aws:principalaccount = 123456789012",
  "        aws:principaltype = User",
  "        aws:principalisawsservice = false",
  "        aws:userid = AIDAFAKEFAKEFAKEFAKEF",
  "        aws:username = alice",
  "        aws:currenttime = 2026-01-15T12:00:00Z",
  "        aws:epochtime = 1768478400",
  "        aws:viaawsservice = false",
  "        aws:sourceip = 127.0.0.1",
  "        aws:securetransport = true",
  "        aws:requestedregion = us-east-1",
  "        aws:resourceaccount = 123456789012",
];
const POLICY_LINES = [
  "    {",
  '      "Version": "2012-10-17",',
  '      "Statement": [',
  `        { "Effect": "Allow", "Action": "dsql:DbConnectAdmin", "Resource": "${CLUSTER_ARN}" }`,
  "      ]",
  "    }",
];

describe("the explanation of a record", () => {
  test("says who, what, DSQL's answer, each check and what to do", async () => {
    expect(explainRecord(await recordOf(NO_ENCRYPTION))).toBe(
      `session ${SESSION_ID}: refused (tls_required)
  who     not proven by a signature
  as      database role \`admin\` in database \`postgres\`
  where   no cluster, server name \`${TEST_HOST}\`
  from    127.0.0.1
  when    2026-01-15T12:00:00.000Z (emulator time), enforcement strict

what the client was told
  FATAL  unable to accept connection, ssl is required
  SQLSTATE 08006
  DETAIL  Session Id: ${SESSION_ID}
  how sure that DSQL answers so: SQLSTATE chosen, text chosen (https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html)

checks, in order
  ✗ tls-and-sni  refused: tls_required
      the client sent its StartupMessage without TLS
      isEncrypted=false  serverName=${TEST_HOST}  clusterOption=null

What to do: connect with sslmode=require or better, verify-full
  (tls_required: the client did not encrypt the connection)
`,
    );
  });

  test("shows the policy statements that were looked at and how they fail", async () => {
    const text = explainRecord(
      await recordOf({
        world: {
          statements: [
            { Sid: "Roles", Effect: "Allow", Action: "dsql:DbConnect", Resource: CLUSTER_ARN },
            { Effect: "Allow", Action: "s3:*", Resource: "*" },
            { Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::bucket" },
          ],
        },
      }),
    );
    expect(part(text, "  ✗ iam")).toEqual([
      "  ✗ iam                  refused: iam_denied",
      `      implicit deny: 3 statements looked at, none allows \`dsql:DbConnectAdmin\` on \`${CLUSTER_ARN}\``,
      "      nearest: statement `Roles` of inline policy `test` covers the resource, its Action is `dsql:DbConnect`",
      "      nearest: statement 1 of inline policy `test` covers the resource, its Action is `s3:*`",
      `      principalArn=${PRINCIPAL_ARN}  action=dsql:DbConnectAdmin  resource=${CLUSTER_ARN}`,
      "      policy statements looked at: 3",
      `        does not match: statement \`Roles\` (Allow) of inline policy \`test\` on ${PRINCIPAL_ARN}: its Action is \`dsql:DbConnect\``,
      `        does not match: statement number 1 (Allow) of inline policy \`test\` on ${PRINCIPAL_ARN}: its Action is \`s3:*\``,
      `        is about something else: statement number 2 (Allow) of inline policy \`test\` on ${PRINCIPAL_ARN}: \`s3:*\` on \`arn:aws:s3:::bucket\``,
      ...KEY_LINES,
    ]);
  });

  test("shows the statement that denies", async () => {
    const text = explainRecord(
      await recordOf({
        world: { statements: { Sid: "Stop", Effect: "Deny", Action: "dsql:*", Resource: "*" } },
      }),
    );
    expect(part(text, "  ✗ iam").slice(3)).toEqual([
      "      policy statements looked at: 1",
      `        matches: statement \`Stop\` (Deny) of inline policy \`test\` on ${PRINCIPAL_ARN}`,
      ...KEY_LINES,
    ]);
    expect(part(text, "what is needed")).toEqual([
      "what is needed",
      "  no allow helps against an explicit deny: remove or narrow",
      `    statement \`Stop\` of the identity-based policy \`test\`, attached to ${PRINCIPAL_ARN}`,
      `  attach this policy to user \`alice\` (${PRINCIPAL_ARN}):`,
      ...POLICY_LINES,
    ]);
  });

  test("shows the value that a condition saw, and the policy that would do", async () => {
    const text = explainRecord(
      await recordOf({
        world: {
          statements: {
            Effect: "Allow",
            Action: "*",
            Resource: "*",
            Condition: {
              IpAddress: {
                "aws:SourceIp": [
                  "10.1.0.0/16",
                  "10.2.0.0/16",
                  "10.3.0.0/16",
                  "10.4.0.0/16",
                  "10.5.0.0/16",
                  "10.6.0.0/16",
                ],
              },
            },
          },
        },
      }),
    );
    expect(text.split("\n").find((line) => line.includes("does not match"))).toBe(
      `        does not match: statement number 0 (Allow) of inline policy \`test\` on ${PRINCIPAL_ARN}: its condition wants \`IpAddress\` of \`10.1.0.0/16\`, \`10.2.0.0/16\`, \`10.3.0.0/16\`, \`10.4.0.0/16\`, \`10.5.0.0/16\` and more, but \`aws:SourceIp\` is \`127.0.0.1\``,
    );
    expect(part(text, "what is needed").slice(1)).toEqual([
      `  attach this policy to user \`alice\` (${PRINCIPAL_ARN}):`,
      ...POLICY_LINES,
    ]);
  });

  test("shows the mapping that was looked for, those that exist, and the SQL that makes it", async () => {
    const text = explainRecord(
      await recordOf({
        attempt: { requestedUser: "app" },
        token: { action: "DbConnect" },
        world: {
          mappedRoles: [],
          mappingFacts: {
            role: "present",
            rolesOfPrincipal: [],
            principalsOfRole: [`${PRINCIPAL_ARN}2`, `${PRINCIPAL_ARN}3`],
          },
        },
      }),
    );
    expect(part(text, "  ✗ role-mapping")).toEqual([
      "  ✗ role-mapping         refused: role_not_mapped",
      `      no mapping of ${PRINCIPAL_ARN} to database role \`app\`: the role is there, the mapping is not`,
      `      databaseRole=app  principal=${PRINCIPAL_ARN}`,
      "      the role is in the database and has LOGIN",
      "      roles that the principal is mapped to: none",
      `      principals that are mapped to the role: ${PRINCIPAL_ARN}2, ${PRINCIPAL_ARN}3`,
    ]);
    expect(part(text, "what is needed")).toEqual([
      "what is needed",
      `  run as \`admin\` in ${CLUSTER_ARN}:`,
      `    AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`,
    ]);
  });

  test("shows the limits that lack the statement", async () => {
    const statements = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    const text = explainRecord(
      await recordOf({
        attempt: { requestedUser: "app" },
        token: { action: "DbConnect" },
        world: { boundary: statements },
      }),
    );
    expect(part(text, "what is needed")).toEqual([
      "what is needed",
      `  add this statement to the permissions boundary \`limit\`, attached to ${PRINCIPAL_ARN}:`,
      `    { "Effect": "Allow", "Action": "dsql:DbConnect", "Resource": "${CLUSTER_ARN}" }`,
      `  run as \`admin\` in ${CLUSTER_ARN}, if it has not been done yet (nobody has looked so far):`,
      `    AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`,
    ]);
  });

  test.each([
    [
      "a host with a port",
      signToken({ host: `${TEST_HOST}:5432` }).replace(":5432", ""),
      "sign the cluster's endpoint without a port; the port belongs to the connection only",
    ],
    [
      "a changed action",
      signToken({ action: "DbConnect" }).replace("Action=DbConnect&", "Action=DbConnectAdmin&"),
      "make a token for the action that the role needs (`DbConnectAdmin` for admin, else `DbConnect`): a token cannot be edited after it was signed",
    ],
    [
      "no usual mistake",
      signToken({ secretAccessKey: "another-fake-secret" }),
      REFUSALS.signature_mismatch.fix,
    ],
  ])("says what cures the mistake behind a wrong signature: %s", async (_name, password, cure) => {
    const record = await recordOf({ password });
    expect(record.refusal?.code).toBe("signature_mismatch");
    expect(part(explainRecord(record), "What to do: ")[0]).toBe(`What to do: ${cure}`);
  });

  test.each([
    ["present", [], `as admin: AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
    [
      "missing",
      [],
      `as admin: CREATE ROLE app WITH LOGIN; AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`,
    ],
    ["no-login", [PRINCIPAL_ARN], "as admin: ALTER ROLE app WITH LOGIN;"],
    ["reserved", [], "connect as another role: nobody can be mapped to this one"],
    [undefined, [], REFUSALS.role_not_mapped.fix],
  ] as const)("says what a missing mapping needs: role %s", async (role, principalsOfRole, fix) => {
    const mappingFacts =
      role === undefined ? undefined : { role, rolesOfPrincipal: [], principalsOfRole };
    const record = await recordOf({
      attempt: { requestedUser: "app" },
      token: { action: "DbConnect" },
      world: { mappedRoles: [], mappingFacts },
    });
    expect(part(explainRecord(record), "What to do: ")[0]).toBe(`What to do: ${fix}`);
  });

  test("shows the canonical request and the string to sign of a wrong signature", async () => {
    const text = explainRecord(
      await recordOf({ token: { secretAccessKey: "another-fake-secret" } }),
    );
    const lines = part(text, "  ✗ signature");
    expect(lines[1]).toBe(
      `      signature is not the one that the secret of \`${TEST_ACCESS_KEY.accessKeyId}\` gives: wrong secret access key, or the token was changed after signing`,
    );
    expect(lines.slice(3).filter((line) => !/Action=|^ +\| [0-9a-f]{64}$/.test(line))).toEqual([
      "      canonical request that the emulator computed from the token:",
      "        | GET",
      "        | /",
      `        | host:${TEST_HOST}`,
      "        | ",
      "        | host",
      "      string to sign:",
      "        | AWS4-HMAC-SHA256",
      "        | 20260115T120000Z",
      "        | 20260115/us-east-1/dsql/aws4_request",
    ]);
  });

  test("says of an admitted connection what became of it", async () => {
    const record = await recordOf({});
    const connection = {
      ...record.connection,
      state: "closed",
      openedAt: "2026-01-15T12:00:01.000Z",
      closedAt: "2026-01-15T12:00:02.000Z",
      closeReason: "the client said Terminate",
      processId: 7,
      applicationName: "psql",
    } as const;
    const text = explainRecord({ ...record, connection });
    expect(text).not.toMatch(/what to do/i);
    expect(part(text, "  session")).toEqual([
      "  session process id 7 (psql), opened 2026-01-15T12:00:01.000Z, closed 2026-01-15T12:00:02.000Z: the client said Terminate",
    ]);
    expect(part(explainRecord(record), "  session")).toEqual([
      "  session the database session has not been opened",
    ]);
  });

  test("says of a connection that soft enforcement admitted why strict would refuse it", async () => {
    const now = new Date("2026-01-15T13:00:00Z");
    const text = explainRecord(await recordOf({ world: { mode: "soft", now } }));
    expect(text.split("\n")[0]).toBe(
      `session ${SESSION_ID}: admitted, but strict mode would have refused it (token_expired)`,
    );
    expect(part(text, "what strict would tell")[1]).toBe(
      "  FATAL  unable to accept connection, access denied",
    );
    expect(part(text, "  ~ lifetime")[0]).toBe("  ~ lifetime             waived: token_expired");
    expect(part(text, "What to do: ").at(-1)).toBe(
      "  the connection was admitted only because enforcement is not strict",
    );
  });

  test("says why a check was skipped", async () => {
    const text = explainRecord(await recordOf({ world: { mode: "off" } }));
    expect(part(text, "  - iam").slice(0, 2)).toEqual([
      "  - iam                  skipped",
      "      because=enforcement is off",
    ]);
  });

  test("prints control characters of a client as escapes", async () => {
    const user = "x\n\u001b[2Jfake\u202e";
    const record = await recordOf({
      ...NO_ENCRYPTION,
      attempt: { isEncrypted: false, requestedUser: user },
    });
    expect(part(explainRecord(record), "  as")[0]).toBe(
      "  as      database role `x\\n\\u001b[2Jfake\\u202e` in database `postgres`",
    );
    expect(decisionLine(record, "pretty").split("\n")).toHaveLength(1);
    expect(decisionLine(record, "json").split("\n")).toHaveLength(1);
    expect(decisionLine(record, "pretty")).not.toContain("\u001b");
  });

  test("says when something was cut", async () => {
    const text = explainRecord({ ...(await recordOf(NO_ENCRYPTION)), isShortened: true });
    expect(
      text.endsWith(
        "\nnote: long texts and lists were cut when this was recorded; `…` shows where\n",
      ),
    ).toBe(true);
  });
});

describe("the line of a decision", () => {
  test("names who, where and from where, and how to ask for more", async () => {
    expect(decisionLine(await recordOf(NO_ENCRYPTION), "pretty")).toBe(
      `2026-01-15T12:00:00.000Z refused \`admin\` on ${TEST_HOST} from 127.0.0.1: tls_required: the client sent its StartupMessage without TLS [dsql-emulator explain ${SESSION_ID}]`,
    );
    expect(decisionLine(await recordOf({}), "pretty")).toBe(
      `2026-01-15T12:00:00.000Z admitted \`admin\` on dsqlemulatorlocalcluster2a from 127.0.0.1 signed by ${PRINCIPAL_ARN} [${SESSION_ID}]`,
    );
  });

  test("says when only the mode admitted", async () => {
    const now = new Date("2026-01-15T13:00:00Z");
    const line = decisionLine(await recordOf({ world: { mode: "soft", now } }), "pretty");
    expect(line).toMatch(/ admitted .*: although strict would refuse it: token_expired: /);
  });

  test("is an object of one line as JSON", async () => {
    expect(JSON.parse(decisionLine(await recordOf(NO_ENCRYPTION), "json"))).toEqual({
      time: "2026-01-15T12:00:00.000Z",
      event: "connection-decision",
      sessionId: SESSION_ID,
      outcome: "refused",
      mode: "strict",
      requestedUser: "admin",
      requestedDatabase: "postgres",
      clientAddress: "127.0.0.1",
      serverName: TEST_HOST,
      clusterArn: null,
      principal: null,
      code: "tls_required",
      sqlState: "08006",
      reason: "the client sent its StartupMessage without TLS",
    });
  });

  test("cuts a long reason", async () => {
    const record = await recordOf(NO_ENCRYPTION);
    const refusal = { ...record.refusal!, reason: "r".repeat(1000) };
    expect(decisionLine({ ...record, refusal }, "pretty").length).toBeLessThan(600);
  });
});

describe("secrets", () => {
  const SESSION_TOKEN = "fake-session-token-of-a-test";

  /** Each case as it is, and once more with a session token in the token. */
  const scripts = CONNECTION_CASES.flatMap((script) => [
    script,
    { ...script, token: { ...script.token, sessionToken: SESSION_TOKEN } },
  ]);

  function secretsOf(script: ConnectionScript): string[] {
    const token = signToken(script.token);
    const signature = /X-Amz-Signature=([^&]*)/.exec(token)?.[1] ?? "";
    return [
      TEST_ACCESS_KEY.secretAccessKey,
      script.token?.secretAccessKey ?? TEST_ACCESS_KEY.secretAccessKey,
      signature,
      SESSION_TOKEN,
      ...(script.password === undefined || script.password === "" ? [] : [script.password]),
    ];
  }

  test("are in no record, explanation or line of any kind of refusal", async () => {
    const seen = new Set<string>();
    const leaks: string[] = [];
    for (const script of scripts) {
      const { decisions } = await connect(script);
      for (const decision of decisions) {
        const record = recordDecision(decision);
        if (record.refusal !== null) seen.add(record.refusal.code);
        const texts = [
          JSON.stringify(record),
          explainRecord(record),
          decisionLine(record, "pretty"),
          decisionLine(record, "json"),
        ].join("\n");
        leaks.push(...secretsOf(script).filter((secret) => texts.includes(secret)));
      }
    }
    expect(leaks).toEqual([]);
    expect([...seen].sort()).toEqual(Object.keys(REFUSALS).sort());
  });

  test("are not shown where a client puts its token in place of a name", async () => {
    const token = signToken({});
    const signature = token.slice(token.indexOf("X-Amz-Signature=") + 16);
    const record = await recordOf({
      attempt: { requestedUser: token, requestedDatabase: token, serverName: token },
    });
    expect(explainRecord(record)).not.toContain(signature);
    expect(JSON.stringify(record)).not.toContain(signature);
  });
});

describe("a record that came over HTTP", () => {
  test("is taken if it has the form of a record", async () => {
    for (const script of CONNECTION_CASES) {
      const { decisions } = await connect(script);
      for (const decision of decisions) {
        const record = recordDecision(decision);
        expect(parseDecisionRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
      }
    }
  });

  test.each([undefined, "much", {}, { principal: {}, cluster: "x", access: {}, grant: null }])(
    "is taken without what is needed, when that has not the form: %j",
    async (needed) => {
      const record = await recordOf({
        world: { statements: { Effect: "Deny", Action: "*", Resource: "*" } },
      });
      expect(record.needed).not.toBeNull();
      expect(parseDecisionRecord({ ...record, needed })).toEqual({ ...record, needed: null });
    },
  );

  test.each<[string, (record: Record<string, unknown>) => unknown]>([
    ["nothing", () => null],
    ["a list", () => []],
    ["no trace", ({ trace: _trace, ...rest }) => rest],
    ["a step without a name", (record) => ({ ...record, trace: [{ outcome: "passed", saw: {} }] })],
    [
      "an unknown outcome of a step",
      (record) => ({ ...record, trace: [{ step: "x", outcome: "odd", saw: {}, refusal: null }] }),
    ],
    ["no connection", ({ connection: _connection, ...rest }) => rest],
    ["a refusal without text", (record) => ({ ...record, refusal: { code: "x" } })],
    [
      "a step without its observations",
      (record) => ({ ...record, trace: [{ step: "x", outcome: "passed", refusal: null }] }),
    ],
    ["a principal without ARN", (record) => ({ ...record, principal: {} })],
  ])("is not taken with %s", async (_name, change) => {
    const record = JSON.parse(JSON.stringify(await recordOf(NO_ENCRYPTION))) as Record<
      string,
      unknown
    >;
    expect(parseDecisionRecord(change(record))).toBeUndefined();
  });
});
