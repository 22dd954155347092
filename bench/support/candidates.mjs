/** The servers that are compared, each with how the one client, node-postgres, reaches it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";
import { startProgram, temporaryDirectory } from "./processes.mjs";

/** Limits out of the way: the emulator refuses, like DSQL, the 1,001st connection of a moment. */
const LIMITS = { connectionRatePerSecond: 1_000_000, connectionRateBucket: 1_000_000 };
const CONNECT_MS = 20_000;

const peer = (name) => fileURLToPath(new URL(`../peers/${name}.mjs`, import.meta.url));

/** Adds `connect` to a started program: a client of node-postgres that is connected. */
function candidate(name, program, settings) {
  return {
    name,
    ...program,
    connect: async () => {
      const client = new pg.Client({
        host: "127.0.0.1",
        database: "postgres",
        connectionTimeoutMillis: CONNECT_MS,
        ...settings,
      });
      client.on("error", () => undefined);
      await client.connect();
      return client;
    },
  };
}

/** Starts the emulator of `dist` in an empty directory. Its `token` is as applications make it. */
export async function startEmulator(dist, nodeOptions = [], limits = {}) {
  const cwd = temporaryDirectory();
  const configFile = join(cwd, "bench.yaml");
  const readyFile = join(cwd, "ready.json");
  writeFileSync(configFile, JSON.stringify({ limits: { ...LIMITS, ...limits } }));
  const ports = ["--pg-port", "0", "--http-port", "0"];
  const files = ["--ready-file", readyFile, "--config", configFile];
  const main = join(dist, "main.js");
  const program = await startProgram([...nodeOptions, main, "start", ...ports, ...files], { cwd });
  const ready = JSON.parse(readFileSync(readyFile, "utf8"));
  const hostname = ready.clusters[0].endpoint;
  const { region, credentials } = ready;
  const token = await new DsqlSigner({
    hostname,
    region,
    credentials,
  }).getDbConnectAdminAuthToken();
  const ca = readFileSync(ready.caCertificate, "utf8");
  const settings = (servername, password) => ({
    port: ready.postgres.port,
    user: "admin",
    password,
    ssl: { ca, servername },
  });
  const connectTo = (servername, password) =>
    candidate("emulator", program, settings(servername, password)).connect();
  const connectWith = (more) =>
    candidate("emulator", program, { ...settings(hostname, token), ...more }).connect();
  const emulator = candidate("emulator", program, settings(hostname, token));
  return {
    ...emulator,
    hostname,
    token,
    connectTo,
    connectWith,
    httpUrl: ready.http.url,
    credentials,
  };
}

/** Starts the bare TLS server for a host name; clients give it this password. */
export async function startTlsEcho(hostname, password) {
  const caFile = join(temporaryDirectory(), "ca.pem");
  const program = await startProgram([peer("tls-echo"), hostname, caFile]);
  return candidate("TLS echo", program, {
    port: Number(program.words[0]),
    user: "admin",
    password,
    ssl: { ca: readFileSync(caFile, "utf8"), servername: hostname },
  });
}

/** Starts `@electric-sql/pglite-socket`, which knows neither TLS nor passwords. */
export async function startPgliteSocket(password = "") {
  const program = await startProgram([peer("pglite-socket")]);
  const port = Number(program.words[0]);
  return candidate("pglite-socket", program, { port, user: "postgres", password, ssl: false });
}
