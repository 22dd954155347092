import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { describe, expect, test } from "vitest";
import { clusterArn, parseAccountId, parseClusterIdentifier } from "../dsql/index.ts";
import { parsePolicyDocument } from "../iam/index.ts";
import { createConnectionAuthorizer } from "./authorize-connection.ts";
import type { AccessKey, Cluster, ConnectionAttempt } from "./connection-attempt.ts";
import type { EnforcementMode } from "./pipeline.ts";
import type { ConnectionDecision } from "./verdict.ts";

const ID = "dsqlemulatorlocalcluster2a";
const HOST = `${ID}.dsql.us-east-1.on.aws`;
const CREDENTIALS = {
  accessKeyId: "AKIAFAKEFAKEFAKEFAKE",
  secretAccessKey: "fake-secret-for-tests",
};
const PRINCIPAL = "arn:aws:iam::123456789012:user/alice";

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("fixture is broken");
  return value;
}

const account = required(parseAccountId("123456789012"));
const identifier = required(parseClusterIdentifier(ID));
const cluster: Cluster = {
  identifier,
  region: "us-east-1",
  accountId: account,
  arn: clusterArn("us-east-1", account, identifier),
  status: "ACTIVE",
};

interface Case {
  readonly action?: string;
  readonly secondsLater?: number;
  readonly accountId?: string;
  readonly status?: AccessKey["status"];
  readonly clusterStatus?: Cluster["status"];
  readonly mode?: EnforcementMode;
  readonly attempt?: Partial<ConnectionAttempt>;
  readonly signer?: {
    hostname?: string;
    region?: string;
    secretAccessKey?: string;
    sessionToken?: string;
    expiresIn?: number;
  };
  readonly tokenFor?: "admin" | "custom";
  readonly password?: string;
}

async function connect(
  given: Case,
): Promise<{ code: string; decisions: ConnectionDecision[]; hint: string | undefined }> {
  const { hostname = HOST, region = "us-east-1", expiresIn = 900, ...keys } = given.signer ?? {};
  const signer = new DsqlSigner({
    hostname,
    region,
    expiresIn,
    credentials: { ...CREDENTIALS, ...keys },
  });
  const token = await (given.tokenFor === "custom"
    ? signer.getDbConnectAuthToken()
    : signer.getDbConnectAdminAuthToken());
  const now = new Date(Date.now() + (given.secondsLater ?? 0) * 1000);
  const parsed = parsePolicyDocument({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Action: given.action ?? "dsql:DbConnect*",
      Resource: cluster.arn,
    },
  });
  if (parsed.kind === "malformed") throw new Error("fixture is broken");
  const principal = {
    kind: "user" as const,
    arn: PRINCIPAL,
    accountId: required(parseAccountId(given.accountId ?? "123456789012")),
  };
  const decisions: ConnectionDecision[] = [];
  const authorizer = createConnectionAuthorizer({
    clock: { now: () => now },
    mode: given.mode ?? "strict",
    onDecision: (decision) => decisions.push(decision),
    ports: {
      clusters: {
        findCluster: (id, where) =>
          id === ID && (where ?? "us-east-1") === "us-east-1"
            ? { ...cluster, status: given.clusterStatus ?? "ACTIVE" }
            : undefined,
        resolveAlias: (name) =>
          name === "localhost" ? { cluster: identifier, region: "us-east-1" } : undefined,
      },
      gate: { takeFromRate: () => true, hasRoom: () => true },
      accessKeys: {
        findAccessKey: (accessKeyId) =>
          accessKeyId === CREDENTIALS.accessKeyId
            ? { ...CREDENTIALS, status: given.status ?? "Active", principal }
            : undefined,
      },
      policies: {
        policiesOf: () => [
          {
            document: parsed.document,
            source: { kind: "inline", name: "test", attachedTo: PRINCIPAL },
          },
        ],
      },
      roleMappings: { isMapped: async () => false },
    },
  });
  const admitted = await authorizer.admit({
    sessionId: "a".repeat(26),
    receivedAt: now,
    clientAddress: "127.0.0.1",
    isEncrypted: true,
    serverName: HOST,
    requestedUser: "admin",
    requestedDatabase: "postgres",
    clusterOption: undefined,
    settings: new Map(),
    ...given.attempt,
  });
  const verdict =
    admitted.kind === "refused"
      ? admitted
      : await authorizer.authorize(admitted.admission, given.password ?? token);
  return verdict.kind === "refused"
    ? { code: verdict.refusal.code, hint: verdict.refusal.hint, decisions }
    : { code: "admitted", hint: undefined, decisions };
}

describe("a connection with a token of AWS's own signer", () => {
  test.each<[string, Case, string]>([
    ["admits admin with a DbConnectAdmin token that IAM allows", {}, "admitted"],
    ["refuses a connection without TLS", { attempt: { isEncrypted: false } }, "tls_required"],
    [
      "refuses a connection without a server name",
      { attempt: { serverName: undefined } },
      "sni_missing",
    ],
    [
      "takes amzn-cluster-id where there is no server name",
      { attempt: { serverName: undefined, clusterOption: ID } },
      "admitted",
    ],
    [
      "refuses a server name that is no cluster",
      { attempt: { serverName: "db.example.com" } },
      "sni_invalid",
    ],
    [
      "refuses a cluster id that contradicts the server name",
      { attempt: { clusterOption: "b".repeat(26) } },
      "sni_invalid",
    ],
    ["refuses an ordinary password", { password: "hunter2" }, "token_malformed"],
    ["refuses an inactive access key", { status: "Inactive" }, "access_key_inactive"],
    [
      "refuses a session token that nobody issued",
      { signer: { sessionToken: "fake-session-token" } },
      "session_token_invalid",
    ],
    [
      "refuses a token for another region",
      { signer: { region: "eu-west-1" } },
      "scope_region_wrong",
    ],
    ["refuses an expired token", { secondsLater: 1000 }, "token_expired"],
    ["refuses a token from the future", { secondsLater: -600 }, "token_not_yet_valid"],
    [
      "refuses a token signed with another secret",
      { signer: { secretAccessKey: "another-fake-secret" } },
      "signature_mismatch",
    ],
    [
      "refuses a token signed for another cluster",
      { signer: { hostname: HOST.replace("2a", "2b") } },
      "token_host_mismatch",
    ],
    ["refuses admin with a DbConnect token", { tokenFor: "custom" }, "action_not_for_user"],
    [
      "refuses a custom role with a DbConnectAdmin token",
      { attempt: { requestedUser: "app" } },
      "action_not_for_user",
    ],
    ["refuses what IAM does not allow", { action: "dsql:DbConnect" }, "iam_denied"],
    ["refuses a principal of another account", { accountId: "210987654321" }, "cross_account"],
    [
      "refuses a cluster that is scaled to zero",
      { clusterStatus: "INACTIVE" },
      "cluster_waking_up",
    ],
    [
      "refuses a custom role that is not mapped",
      { attempt: { requestedUser: "app" }, tokenFor: "custom" },
      "role_not_mapped",
    ],
    ["refuses another database", { attempt: { requestedDatabase: "other" } }, "database_unknown"],
    [
      "refuses a setting that is not on the list",
      { attempt: { settings: new Map([["work_mem", "1MB"]]) } },
      "setting_not_supported",
    ],
    [
      "admits in soft mode what strict mode refuses",
      { mode: "soft", secondsLater: 1000 },
      "admitted",
    ],
    [
      "keeps the database check in off mode",
      { mode: "off", password: "x", attempt: { requestedDatabase: "other" } },
      "database_unknown",
    ],
  ])("%s", async (_name, given, expected) => {
    const { code, decisions } = await connect(given);
    expect(code).toBe(expected);
    expect(decisions).toHaveLength(1);
    expect(JSON.stringify(decisions)).not.toContain(CREDENTIALS.secretAccessKey);
  });

  test("gives IAM's denial as the hint", async () => {
    const { hint } = await connect({ action: "dsql:DbConnect" });
    expect(hint).toBe(
      `User: ${PRINCIPAL} is not authorized to perform: dsql:DbConnectAdmin on resource: ${cluster.arn} because no identity-based policy allows the dsql:DbConnectAdmin action`,
    );
  });

  test("records in soft mode why strict mode would have refused", async () => {
    const { decisions } = await connect({ mode: "soft", secondsLater: 1000 });
    expect(decisions[0]?.refusal?.code).toBe("token_expired");
  });
});
