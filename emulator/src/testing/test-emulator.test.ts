import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import postgres from "postgres";
import { describe, expect, test, vi } from "vitest";
import type { ConfigurationForm } from "./configuration-form.ts";
import { connectionOptions, postgresJsOptions } from "./connection-options.ts";
import { policy } from "./policy.ts";
import { mapping, principals } from "./principals.ts";
import { attachEmulator, runningTestEmulators, startEmulator } from "./test-emulator.ts";
import { tokens } from "./tokens.ts";

const SCHEMA = new URL("../../../docs/dsql-emulator.schema.json", import.meta.url);

describe("the emulator of a test", () => {
  test("has the configuration that was written in the test, as state shows it", async () => {
    const user = principals.user("ada", [
      policy.allow("dsql:DbConnect"),
      policy.deny("dsql:DbConnect", {
        sid: "NotFromHere",
        condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      }),
    ]);
    await using emulator = await startEmulator({
      config: {
        accounts: [{ id: "123456789012", users: [user] }],
        clusters: [
          { identifier: "testcluster000000000000000", databaseRoles: [mapping("reader", user)] },
        ],
      },
    });
    const state = await emulator.state({ withSecrets: true });
    expect(JSON.stringify(state)).toContain("fake-secret-of-ada");
    expect(JSON.stringify(await emulator.state())).not.toContain("fake-secret-of-ada");
    expect(emulator.clusters.map(({ identifier }) => identifier)).toEqual([
      "testcluster000000000000000",
    ]);
  });

  test("is gone after stop, with its files, and stop may be called twice", async () => {
    const emulator = await startEmulator({ config: {} });
    expect(runningTestEmulators()).toContain(emulator);
    expect(existsSync(emulator.caCertificate)).toBe(true);
    await emulator.stop();
    await emulator.stop();
    expect(runningTestEmulators()).not.toContain(emulator);
    expect(existsSync(emulator.caCertificate)).toBe(false);
    await expect(emulator.clock.now()).rejects.toThrow("fetch failed");
  });

  test("a wrong configuration is told with its place, and leaves no file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-tmp-"));
    vi.stubEnv("TMPDIR", directory);
    const config = { enforce: "sometimes" } as unknown as ConfigurationForm;
    await expect(startEmulator({ config })).rejects.toThrow(/enforce/);
    await expect(startEmulator({ config, inChildProcess: true })).rejects.toThrow(
      /^the emulator did not start: [\s\S]*enforce/,
    );
    vi.unstubAllEnvs();
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test("the clock is frozen, advanced, set and resumed", async () => {
    await using emulator = await startEmulator();
    const { clock } = emulator;
    await clock.freeze();
    const start = await clock.set("2026-01-15T12:00:00Z");
    expect(start).toEqual(new Date("2026-01-15T12:00:00Z"));
    expect(await clock.advance("PT61M")).toEqual(new Date("2026-01-15T13:01:00Z"));
    expect(await clock.advance(1500)).toEqual(new Date("2026-01-15T13:01:01.500Z"));
    expect(await clock.now()).toEqual(new Date("2026-01-15T13:01:01.500Z"));
    await clock.set(new Date("2026-01-15T12:00:00Z"));
    expect((await clock.resume()).getTime()).toBeGreaterThanOrEqual(start.getTime());
    await expect(clock.advance("an hour")).rejects.toMatchObject({
      name: "EmulatorApiError",
      status: 400,
    });
  });

  test("a decision is found by the error, by its session id, and as the last one", async () => {
    await using emulator = await startEmulator();
    expect(await emulator.decisions.last()).toBeUndefined();
    const client = new Client(connectionOptions(emulator, { token: tokens.expired }));
    const error: unknown = await client.connect().catch((reason: unknown) => reason);
    const decision = await emulator.decisions.ofError(error);
    expect(decision?.refusal?.code).toBe("token_expired");
    expect(await emulator.decisions.of(decision?.sessionId ?? "")).toEqual(decision);
    expect(await emulator.decisions.last()).toEqual(decision);
    const wrapped = new Error("the pool could not connect", { cause: error });
    expect(await emulator.decisions.ofError(wrapped)).toEqual(decision);
    expect(await emulator.decisions.ofError(new Error("nothing to do with it"))).toBeUndefined();
    expect(await emulator.decisions.of("a".repeat(26))).toBeUndefined();
  });

  test("options that were made once have a fresh token for each connection", async () => {
    await using emulator = await startEmulator();
    const options = { ...postgresJsOptions(emulator), max: 1 };
    const first = postgres(options);
    expect([...(await first`SELECT current_user::text AS who`)]).toEqual([{ who: "admin" }]);
    await first.end();
    await emulator.clock.advance("PT61M");
    const second = postgres(options);
    expect([...(await second`SELECT 1 AS one`)]).toEqual([{ one: 1 }]);
    await second.end();
  });

  test("a handle of an emulator that was started elsewhere asks that one, and does not end it", async () => {
    await using emulator = await startEmulator();
    const attached = attachEmulator(emulator);
    await attached.clock.freeze();
    expect(await attached.clock.now()).toEqual(await emulator.clock.now());
    await attached.stop();
    expect(await emulator.clock.now()).toBeInstanceOf(Date);
  });

  test("a cluster that is not there is named, with those that are", async () => {
    await using emulator = await startEmulator();
    expect(() => connectionOptions(emulator, { cluster: "nowhere" })).toThrow(
      new RangeError(
        "there is no cluster nowhere; the emulator began with: dsqlemulatorlocalcluster2a",
      ),
    );
  });
});

describe("the form of the configuration", () => {
  test("has the keys of the published schema", () => {
    const schema = JSON.parse(readFileSync(SCHEMA, "utf8")) as {
      readonly properties: Readonly<Record<string, { readonly items?: { properties: object } }>>;
    };
    const all: Record<keyof Required<ConfigurationForm>, true> = {
      host: true,
      pgPort: true,
      httpPort: true,
      dataDir: true,
      caFile: true,
      enforce: true,
      explainErrors: true,
      logFormat: true,
      readyFile: true,
      eventsFile: true,
      tls: true,
      hooksDirectory: true,
      hooks: true,
      cancelRequests: true,
      announceSessionExpiry: true,
      refuseRepeatedGrants: true,
      clock: true,
      clusterLifecycle: true,
      defaultUser: true,
      accounts: true,
      organization: true,
      networks: true,
      clusters: true,
      aliases: true,
      limits: true,
    };
    expect(Object.keys(all).sort()).toEqual(Object.keys(schema.properties).sort());
    const cluster: Record<keyof NonNullable<ConfigurationForm["clusters"]>[number], true> = {
      identifier: true,
      region: true,
      account: true,
      tags: true,
      deletionProtection: true,
      policy: true,
      databaseRoles: true,
      sql: true,
      sqlFiles: true,
    };
    const properties = schema.properties["clusters"]?.items?.properties ?? {};
    expect(Object.keys(cluster).sort()).toEqual(Object.keys(properties).sort());
  });
});
