/** Calls of the DSQL API: GetCluster and ListClusters with the SDK and without, and clusters made. */
import { request as httpRequest, Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  CreateClusterCommand,
  DSQLClient,
  GetClusterCommand,
  ListClustersCommand,
} from "@aws-sdk/client-dsql";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { SignatureV4 } from "@smithy/signature-v4";
import { NodeSha256 } from "../one-core/node-sha256.mjs";
import { startEmulator } from "../support/candidates.mjs";
import { residentMegabytes, startProgram } from "../support/processes.mjs";
import { atOnce, interleave } from "../support/rounds.mjs";
import { compareRounds, median } from "../support/statistics.mjs";

/** Ten times what moto's server answered to the same SDK on a machine of this kind, without checks. */
const AIM_PER_SECOND = { GetCluster: 2_390, ListClusters: 3_690 };
const AIM_FIRST_ANSWER_MS = 1_000;
const AIM_MEGABYTES = 30;
const CLIENTS = [1, 16];
const CLUSTERS = 1_000;
const LISTED = 20;
const SETTLE_MS = 500;
const WARM_UP_MS = 3_000;
const PEER = fileURLToPath(new URL("../peers/fixed-json.mjs", import.meta.url));
const NO_PEER = { peer: undefined, ratio: undefined, ratioRange: undefined };

/** Resolves to rows of the table. */
export async function measureControlPlane({ dist, plan }) {
  const emulator = await startEmulator(dist, [], { singleRegionClusters: CLUSTERS });
  const dsql = clientOf(emulator.httpUrl, emulator.credentials);
  const [identifier] = await make(dsql, LISTED);
  const answer = await dsql.send(new GetClusterCommand({ identifier }));
  const { $metadata, ...body } = answer;
  const fixed = await startProgram([PEER, JSON.stringify({ ...body, creationTime: 1 })]);
  const servers = [
    { name: "emulator", url: emulator.httpUrl },
    { name: "fixed", url: `http://127.0.0.1:${fixed.words[0]}` },
  ];
  const rows = [];
  for (const [operation, Command, input, path] of [
    ["GetCluster", GetClusterCommand, { identifier }, `/cluster/${identifier}`],
    ["ListClusters", ListClustersCommand, {}, "/cluster"],
  ]) {
    for (const clients of CLIENTS) {
      for (const [how, call] of [
        ["with the SDK", sdkCaller(Command, input, emulator.credentials)],
        ["signed beforehand", await rawCaller(path, emulator)],
      ]) {
        const results = await interleave(servers, plan.controlRounds, ({ url }) =>
          perSecond(call(url), clients, plan.controlMs),
        );
        const isAimed = how === "with the SDK" && clients === 16;
        rows.push({
          what: `${operation}, ${how}, ${clients} client${clients === 1 ? "" : "s"}`,
          unit: "calls/s",
          peerName: "a fixed answer of node:http",
          ...compareRounds(results.get("emulator"), results.get("fixed")),
          ...(isAimed ? { aim: { valueAtLeast: AIM_PER_SECOND[operation] } } : {}),
        });
      }
    }
  }
  rows.push(await firstAnswers(emulator, dsql, plan));
  await fixed.stop();
  await emulator.stop();
  rows.push(...(await manyClusters(dist)));
  return rows;
}

function clientOf(endpoint, credentials) {
  return new DSQLClient({ endpoint, region: "us-east-1", credentials: { ...credentials } });
}

async function make(dsql, count) {
  const made = [];
  await atOnce(16, async () => {
    while (made.length < count) {
      const place = made.push(undefined) - 1;
      made[place] = (await dsql.send(new CreateClusterCommand({}))).identifier;
    }
  });
  return made;
}

/** How often `call` is answered in a second, with so many callers at once. */
async function perSecond(call, callers, durationMs) {
  let answered = 0;
  const end = performance.now() + durationMs;
  const start = performance.now();
  await atOnce(callers, async () => {
    while (performance.now() < end) {
      await call();
      answered += 1;
    }
  });
  return (answered * 1000) / (performance.now() - start);
}

function sdkCaller(Command, input, credentials) {
  return (url) => {
    const client = clientOf(url, credentials);
    return () => client.send(new Command(input));
  };
}

/** One request that was signed once: what is left is the server's part, and little of the client's. */
async function rawCaller(path, { httpUrl, credentials }) {
  const { host, hostname } = new URL(httpUrl);
  const signer = new SignatureV4({
    service: "dsql",
    region: "us-east-1",
    credentials,
    sha256: NodeSha256,
  });
  const method = "GET";
  const unsigned = { method, protocol: "http:", hostname, path, headers: { host } };
  const { headers } = await signer.sign(unsigned);
  return (url) => {
    const agent = new Agent({ keepAlive: true });
    const { port } = new URL(url);
    return () =>
      new Promise((resolve, reject) => {
        const options = { agent, host: hostname, port, path, method, headers };
        const sent = httpRequest(options, (response) => {
          response.resume();
          response.once("end", () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${path} was answered with ${response.statusCode}`));
          });
        });
        sent.once("error", reject);
        sent.end();
      });
  };
}

/** From CreateCluster to the first answered query on it. */
async function firstAnswers({ connectTo, credentials }, dsql, { starts }) {
  const times = [];
  for (let run = 0; run < starts; run += 1) {
    const start = performance.now();
    const { endpoint } = await dsql.send(new CreateClusterCommand({}));
    const signer = new DsqlSigner({ hostname: endpoint, region: "us-east-1", credentials });
    const client = await connectTo(endpoint, await signer.getDbConnectAdminAuthToken());
    await client.query("SELECT 1");
    times.push(performance.now() - start);
    await client.end();
  }
  return {
    what: "CreateCluster to first answered query",
    unit: "ms",
    ...compareRounds(times, times),
    ...NO_PEER,
    aim: { valueBelow: AIM_FIRST_ANSWER_MS },
  };
}

/** In a process of its own, so that nothing else has come and gone in its memory. */
async function manyClusters(dist) {
  const emulator = await startEmulator(dist, [], { singleRegionClusters: CLUSTERS + 1 });
  const { pid, httpUrl, credentials } = emulator;
  const dsql = clientOf(httpUrl, credentials);
  // What the first calls load and compile is no cluster's.
  await perSecond(() => dsql.send(new ListClustersCommand({})), 16, WARM_UP_MS);
  await pause(SETTLE_MS);
  const before = residentMegabytes(pid);
  const start = performance.now();
  await make(dsql, CLUSTERS);
  const seconds = (performance.now() - start) / 1000;
  await pause(SETTLE_MS);
  const after = residentMegabytes(pid);
  await emulator.stop();
  return [
    {
      what: `CreateCluster, ${CLUSTERS.toLocaleString("en")} of them, 16 at a time`,
      unit: "clusters/s",
      value: median([CLUSTERS / seconds]),
    },
    {
      what: `memory (RSS) of ${CLUSTERS.toLocaleString("en")} clusters that nobody connects to`,
      unit: "MB",
      value: before === undefined || after === undefined ? undefined : after - before,
      aim: { valueBelow: AIM_MEGABYTES },
    },
  ];
}
