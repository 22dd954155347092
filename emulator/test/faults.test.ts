/** Faults as clients see them, and the events that calls and connections leave. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DSQLClient, GetClusterCommand, ListClustersCommand } from "@aws-sdk/client-dsql";
import { GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RunningEmulator, startEmulator } from "../src/index.ts";

let emulator: RunningEmulator;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  const configFile = join(directory, "dsql-emulator.json");
  writeFileSync(configFile, JSON.stringify({ eventsFile: "events.jsonl" }));
  emulator = await startEmulator({ configFile });
});

afterAll(async () => {
  await emulator.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await fetch(`${emulator.http.url}/_emulator/faults`, { method: "DELETE" });
});

async function addFault(rule: object): Promise<string> {
  const response = await fetch(`${emulator.http.url}/_emulator/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(rule),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function firedOf(id: string): Promise<unknown> {
  const response = await fetch(`${emulator.http.url}/_emulator/faults`);
  const { faults } = (await response.json()) as { faults: { id: string; fired: number }[] };
  return faults.find((fault) => fault.id === id)?.fired;
}

function dsql(maxAttempts = 3): DSQLClient {
  const { http, region, credentials } = emulator;
  return new DSQLClient({
    endpoint: http.url,
    region,
    credentials: { ...credentials },
    maxAttempts,
  });
}

async function connect(): Promise<unknown> {
  const hostname = emulator.clusters[0]?.endpoint ?? "";
  const credentials = { ...emulator.credentials };
  const signer = new DsqlSigner({ hostname, region: emulator.region, credentials });
  const client = new Client({
    ...emulator.postgres,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  try {
    await client.connect();
    await client.end();
    return "admitted";
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { code, message };
  }
}

describe("calls that fail on purpose", () => {
  test.each([
    ["ThrottlingException", 429],
    ["InternalServerException", 500],
    ["ServiceUnavailableException", 503],
  ])("the SDK tries again after %s (%i)", async (code, httpStatus) => {
    const when = { count: 2 };
    const id = await addFault({
      target: { operation: "dsql:ListClusters" },
      effect: { error: { code, httpStatus } },
      when,
    });
    const { $metadata } = await dsql().send(new ListClustersCommand({}));
    expect([$metadata.attempts, await firedOf(id)]).toEqual([3, 2]);
  });

  test("the SDK gives up after its attempts, and tells the service's error", async () => {
    await addFault({
      target: { operation: "dsql:*" },
      effect: { error: { code: "ThrottlingException" } },
    });
    await expect(dsql(2).send(new ListClustersCommand({}))).rejects.toMatchObject({
      name: "ThrottlingException",
      $metadata: { httpStatusCode: 429, attempts: 2 },
    });
  });

  test("a dropped call has no answer, and the next one has", async () => {
    const target = { operation: "dsql:GetCluster" };
    const id = await addFault({ target, effect: { drop: true }, when: { count: 1 } });
    const { identifier } = emulator.clusters[0] ?? {};
    const { $metadata } = await dsql().send(new GetClusterCommand({ identifier }));
    expect([$metadata.attempts, await firedOf(id)]).toEqual([2, 1]);
  });

  test("calls of IAM fail, too", async () => {
    const error = { code: "ServiceFailure", httpStatus: 500 };
    await addFault({ target: { operation: "iam:GetUser" }, effect: { error } });
    const { http, region, credentials } = emulator;
    const iam = new IAMClient({
      endpoint: http.url,
      region,
      credentials: { ...credentials },
      maxAttempts: 1,
    });
    await expect(iam.send(new GetUserCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 500 },
    });
  });
});

describe("connections that fail on purpose", () => {
  test("before a step, with an error of the rule or of the emulator, or without a word", async () => {
    const target = { connectStep: "iam" };
    const error = { code: "53300", message: "too many of them" };
    await addFault({ target, effect: { error }, when: { count: 1 } });
    expect(await connect()).toEqual(error);
    await addFault({ target, effect: { drop: true }, when: { count: 1 } });
    expect(await connect()).toMatchObject({ message: "Connection terminated unexpectedly" });
    expect(await connect()).toBe("admitted");
  });
});

describe("events", () => {
  test("tell of calls and connections in CloudTrail's form, newest first, and are in the file", async () => {
    await dsql().send(new ListClustersCommand({}));
    expect(await connect()).toBe("admitted");
    const response = await fetch(`${emulator.http.url}/_emulator/events?limit=2`);
    const { events } = (await response.json()) as { events: Record<string, unknown>[] };
    expect(events).toMatchObject([
      {
        eventName: "DbConnectAdmin",
        eventSource: "dsql.amazonaws.com",
        eventCategory: "Data",
        managementEvent: false,
        userIdentity: { type: "IAMUser", userName: "emulator-admin" },
      },
      { eventName: "ListClusters", eventCategory: "Management", readOnly: true },
    ]);
    await expect
      .poll(() => readFileSync(join(directory, "events.jsonl"), "utf8").trim().split("\n").length)
      .toBeGreaterThanOrEqual(2);
    const text = readFileSync(join(directory, "events.jsonl"), "utf8");
    expect(text).toContain('"eventName":"DbConnectAdmin"');
    expect(text).not.toContain(emulator.credentials.secretAccessKey);
  });
});
