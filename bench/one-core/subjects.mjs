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
export function attachedPolicy({ parsePolicyDocument }) {
  const parsed = parsePolicyDocument(POLICY);
  if (parsed.kind !== "parsed") throw new Error(JSON.stringify(parsed.problems));
  const source = { kind: "inline", name: "benchmark", attachedTo: PRINCIPAL.arn };
  return { document: parsed.document, source };
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
