/**
 * Decisions a second of one core, by CPU time, in the compiled layers of the emulator. Prints JSON
 * with the rates of each round. `node decide.mjs DIST ROUNDS`
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SignatureV4 } from "@smithy/signature-v4";
import { NodeSha256 } from "./node-sha256.mjs";
import {
  ACCESS_KEY_ID,
  accountOf,
  attachedPolicy,
  CLUSTER,
  HOST_NAME,
  makeAttempts,
  makeRequests,
  makeTokens,
  policyOf,
  PRINCIPAL_COUNTS,
  REGION,
  SECRET_ACCESS_KEY,
  STATEMENT_COUNTS,
  VARIANTS,
} from "./subjects.mjs";

const DECISIONS_PER_ROUND = 20_000;
const WARM_UP_DECISIONS = 5_000;
const NO_LIMIT = 1e9;

const [dist, rounds] = process.argv.slice(2);
const layer = (name) => import(pathToFileURL(join(dist, name, "index.js")).href);
const [sigv4, iam, auth, stores, { openAccounts }] = await Promise.all(
  ["sigv4", "iam", "auth", "stores", "accounts"].map(layer),
);

const tokens = await makeTokens();
const requests = makeRequests();
const work = {
  verify: verifier(),
  presign: presigner(),
  evaluate: evaluator(attachedPolicy(iam)),
  ...Object.fromEntries(
    STATEMENT_COUNTS.flatMap((count) =>
      [false, true].map((hasConditions) => [
        statementsName(count, hasConditions),
        evaluator(attachedPolicy(iam, policyOf(count, hasConditions))),
      ]),
    ),
  ),
  ...Object.fromEntries(
    PRINCIPAL_COUNTS.map((count) => [`authorize among ${count}`, authorizer(accountOf(count))]),
  ),
};

const rates = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
for (const [name, decide] of Object.entries(work)) {
  await ratePerCpuSecond(decide, scaled(name, WARM_UP_DECISIONS));
}
for (let round = 0; round < Number(rounds); round += 1) {
  for (const [name, decide] of Object.entries(work)) {
    rates[name].push(await ratePerCpuSecond(decide, scaled(name, DECISIONS_PER_ROUND)));
  }
}
process.stdout.write(`${JSON.stringify(rates)}\n`);

/** Fewer of those that look at many statements, so that a round of each takes about as long. */
function scaled(name, decisions) {
  const statements = Number(/^(\d+) statements/.exec(name)?.[1] ?? 1);
  return Math.max(500, Math.ceil(decisions / Math.max(1, statements / 10)));
}

/** `decide(variant)` returns, or resolves to, whether the decision is the right one. */
async function ratePerCpuSecond(decide, decisions) {
  const start = process.cpuUsage();
  for (let index = 0; index < decisions; index += 1) {
    const outcome = decide(index % VARIANTS);
    const isRight = typeof outcome === "boolean" ? outcome : await outcome;
    if (!isRight) throw new Error(`decision ${index} is wrong`);
  }
  const { user, system } = process.cpuUsage(start);
  return decisions / ((user + system) / 1e6);
}

/** The emulator's own verification: the raw token parsed, its signature computed and compared. */
function verifier() {
  const keyCache = new sigv4.SigningKeyCache();
  return (variant) => {
    const { token } = sigv4.parseAuthToken(tokens[variant]);
    const verdict = sigv4.verifySignature({ token, secretAccessKey: SECRET_ACCESS_KEY, keyCache });
    return verdict.kind === "match";
  };
}

/** The other way to verify: the URL parsed, signed again with the date of the token, compared. */
function presigner() {
  const signer = new SignatureV4({
    service: "dsql",
    region: REGION,
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
    sha256: NodeSha256,
    applyChecksum: false,
  });
  return async (variant) => {
    const { searchParams } = new URL(`https://${tokens[variant]}`);
    const signingDate = new Date(
      searchParams
        .get("X-Amz-Date")
        .replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
    );
    const request = {
      method: "GET",
      protocol: "https:",
      hostname: HOST_NAME,
      path: "/",
      query: { Action: searchParams.get("Action") },
      headers: { host: HOST_NAME },
    };
    const expiresIn = Number(searchParams.get("X-Amz-Expires"));
    const { query } = await signer.presign(request, { signingDate, expiresIn });
    return query["X-Amz-Signature"] === searchParams.get("X-Amz-Signature");
  };
}

function statementsName(count, hasConditions) {
  return `${count} statements${hasConditions ? " with conditions" : ""}`;
}

function evaluator(policy) {
  const identity = [policy];
  return (variant) => iam.evaluateAccess({ request: requests[variant], identity }).kind === "Allow";
}

/** All steps of a connection, with stores in memory, as the emulator is composed. */
function authorizer(declared) {
  const clock = { now: () => new Date() };
  const { accounts } = openAccounts({
    accounts: [{ declared }],
    dataDirectory: undefined,
    sessionKey: new Uint8Array(32),
    clock,
  });
  const limits = {
    connectionRatePerSecond: NO_LIMIT,
    connectionRateBucket: NO_LIMIT,
    maxConnectionsPerCluster: NO_LIMIT,
  };
  const { admit, authorize } = auth.createConnectionAuthorizer({
    clock,
    mode: "strict",
    onDecision: () => undefined,
    ports: {
      clusters: new stores.MemoryClusterDirectory({ clusters: [CLUSTER], aliases: new Map() }),
      gate: new stores.MemoryConnectionGate(limits, clock),
      accessKeys: accounts,
      networks: new stores.MemoryNetworkDirectory([]),
      policies: {
        policiesFor: (principal, { accountId }) => accounts.policiesOf(principal, accountId),
      },
      roleMappings: stores.unmappedRoleMappingStore,
    },
  });
  const attempts = makeAttempts();
  return async (variant) => {
    const admitted = await admit(attempts[variant]);
    const verdict = await authorize(admitted.admission, tokens[variant]);
    return verdict.kind === "admitted";
  };
}
