/** What is decided on: tokens of AWS's signer, requests as a connection makes them, and policies. */
import { DsqlSigner } from "@aws-sdk/dsql-signer";

/** Different ones in turn, so that nothing which only remembers the last one looks fast. */
export const VARIANTS = 64;

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const ACCESS_KEY_ID = "AKIAEXAMPLEFAKEKEY01";
export const SECRET_ACCESS_KEY = "fake-secret-of-the-benchmark-0000000000";
export const CLUSTER_ID = "dsqlemulatorlocalcluster2a";
export const HOST_NAME = `${CLUSTER_ID}.dsql.${REGION}.on.aws`;
export const CLUSTER = {
  identifier: CLUSTER_ID,
  region: REGION,
  accountId: ACCOUNT,
  arn: `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/${CLUSTER_ID}`,
  status: "ACTIVE",
};
export const PRINCIPAL = {
  kind: "user",
  arn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
  accountId: ACCOUNT,
};
/** Numbers of statements of one principal. */
export const STATEMENT_COUNTS = [1, 10, 100, 1000];
/** Numbers of principals in the accounts. */
export const PRINCIPAL_COUNTS = [10, 10_000];

const POLICY = {
  Version: "2012-10-17",
  Statement: [
    { Sid: "Read", Effect: "Allow", Action: ["dsql:Get*", "dsql:List*"], Resource: "*" },
    {
      Sid: "Connect",
      Effect: "Allow",
      Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
      Resource: `arn:aws:dsql:*:${ACCOUNT}:cluster/*`,
      Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"] } },
    },
    {
      Sid: "NotFromElsewhere",
      Effect: "Deny",
      Action: "dsql:*",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } },
    },
    {
      Sid: "OnlyEncrypted",
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
};

/** The policy as the emulator's layers take it. */
export function attachedPolicy({ parsePolicyDocument }, policy = POLICY) {
  const parsed = parsePolicyDocument(policy);
  if (parsed.kind !== "parsed") throw new Error(JSON.stringify(parsed.problems));
  const source = { kind: "inline", name: "benchmark", attachedTo: PRINCIPAL.arn };
  return { document: parsed.document, source };
}

/**
 * A policy of so many statements, as they are written: most are about other services and clusters, the
 * last one allows. With conditions each has two, and those of the last one hold.
 */
export function policyOf(count, hasConditions) {
  const condition = (region) =>
    hasConditions
      ? {
          Condition: {
            StringEquals: { "aws:RequestedRegion": region },
            IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"] },
          },
        }
      : {};
  const others = [
    ["s3:GetObject", "arn:aws:s3:::bucket-NUMBER/*", "us-east-1"],
    ["dsql:DbConnectAdmin", "arn:aws:dsql:*:ACCOUNT:cluster/otherNUMBER*", "us-east-1"],
    ["dsql:Get*", "*", "us-east-1"],
    // Without a condition this one would allow, too: it is about another action.
    [hasConditions ? "dsql:*" : "dsql:Delete*", "*", "eu-west-1"],
  ];
  const Statement = Array.from({ length: count - 1 }, (_, index) => {
    const [action, resource, region] = others[index % others.length];
    const Resource = resource.replace("NUMBER", String(index)).replace("ACCOUNT", ACCOUNT);
    return { Sid: `S${index}`, Effect: "Allow", Action: action, Resource, ...condition(region) };
  });
  Statement.push({
    Sid: "Connect",
    Effect: "Allow",
    Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
    Resource: `arn:aws:dsql:*:${ACCOUNT}:cluster/*`,
    ...condition("us-east-1"),
  });
  return { Version: "2012-10-17", Statement };
}

/** An account of so many principals, half of them users and half roles; each has an inline policy. */
export function accountOf(principals) {
  const entity = (name) => ({
    name,
    path: "/",
    policies: [{ name: "benchmark", document: POLICY }],
    managedPolicies: [],
    tags: {},
  });
  const user = (name, accessKeys = []) => ({
    ...entity(name),
    accessKeys,
    groups: [],
    mfaDevices: [],
  });
  const half = principals / 2;
  const key = { id: ACCESS_KEY_ID, secret: SECRET_ACCESS_KEY, status: "Active" };
  const trustPolicy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" }],
  };
  return {
    accountId: ACCOUNT,
    users: [
      user("deployer", [key]),
      ...Array.from({ length: half - 1 }, (_, index) => user(`user-${index}`)),
    ],
    roles: Array.from({ length: half }, (_, index) => ({
      ...entity(`role-${index}`),
      trustPolicy,
      maxSessionDuration: 3600,
    })),
    groups: [],
    policies: [],
    oidcProviders: [],
  };
}

/** Resolves to tokens of the administrator that differ in their life. */
export async function makeTokens() {
  const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY };
  const tokens = [];
  for (let variant = 0; variant < VARIANTS; variant += 1) {
    const expiresIn = 3_600 + variant;
    const signer = new DsqlSigner({ hostname: HOST_NAME, region: REGION, credentials, expiresIn });
    tokens.push(await signer.getDbConnectAdminAuthToken());
  }
  return tokens;
}

/** Requests with the context keys of a connection. */
export function makeRequests() {
  const now = new Date();
  return Array.from({ length: VARIANTS }, (_, variant) => ({
    principal: PRINCIPAL,
    action: "dsql:DbConnectAdmin",
    resource: CLUSTER.arn,
    resourceAccountId: ACCOUNT,
    keys: new Map(
      Object.entries({
        "aws:principalarn": PRINCIPAL.arn,
        "aws:principalaccount": ACCOUNT,
        "aws:principaltype": "User",
        "aws:principalisawsservice": "false",
        "aws:username": "deployer",
        "aws:sourceip": `10.0.0.${variant}`,
        "aws:currenttime": now.toISOString(),
        "aws:epochtime": String(Math.floor(now.getTime() / 1000)),
        "aws:securetransport": "true",
        "aws:requestedregion": REGION,
        "aws:resourceaccount": ACCOUNT,
        "aws:viaawsservice": "false",
      }).map(([name, value]) => [name, [value]]),
    ),
  }));
}

/** Connections that the whole pipeline decides on. */
export function makeAttempts() {
  return Array.from({ length: VARIANTS }, (_, variant) => ({
    sessionId: `benchsession${String(variant).padStart(14, "0")}`,
    receivedAt: new Date(),
    clientAddress: `10.0.0.${variant}`,
    isEncrypted: true,
    serverName: HOST_NAME,
    requestedUser: "admin",
    requestedDatabase: "postgres",
    clusterOption: undefined,
    settings: new Map([["application_name", "bench"]]),
  }));
}
