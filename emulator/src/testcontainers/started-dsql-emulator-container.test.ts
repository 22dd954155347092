/** The emulator runs here, and an object takes the place of its container; docker/smoke-test.sh has the real one. */
import { existsSync } from "node:fs";
import { Client } from "pg";
import type { StartedTestContainer } from "testcontainers";
import { describe, expect, test } from "vitest";
import { connectionOptions, startEmulator, type TestEmulator } from "../testing/index.ts";
import {
  HTTP_PORT,
  POSTGRES_PORT,
  StartedDsqlEmulatorContainer,
} from "./started-dsql-emulator-container.ts";

function containerOf(emulator: TestEmulator): StartedTestContainer {
  const published = new Map([
    [POSTGRES_PORT, emulator.postgres.port],
    [HTTP_PORT, Number(new URL(emulator.http.url).port)],
  ]);
  const container = {
    getMappedPort: (port: number) => published.get(port),
    stop: async () => undefined,
  };
  return container as unknown as StartedTestContainer;
}

/** As it is in the container: addresses and files of the inside. */
function readyFileOf({ pid, region, accountId, credentials, clusters }: TestEmulator): string {
  return JSON.stringify({
    ...{ pid, region, accountId, credentials, clusters },
    postgres: { host: "0.0.0.0", port: POSTGRES_PORT },
    http: { url: `http://0.0.0.0:${HTTP_PORT}` },
    caCertificate: "/data/ca/ca.pem",
  });
}

describe("an emulator in a container", () => {
  test("is reached by its published ports, with its CA and credentials", async () => {
    await using inside = await startEmulator();
    const container = await StartedDsqlEmulatorContainer.of(
      containerOf(inside),
      "127.0.0.1",
      readyFileOf(inside),
    );
    const { emulator } = container;
    expect(emulator.postgres).toEqual({ host: "127.0.0.1", port: inside.postgres.port });
    expect(emulator.http.url).toBe(inside.http.url);
    const client = new Client(connectionOptions(emulator));
    await client.connect();
    expect((await client.query("SELECT current_user AS role")).rows).toEqual([{ role: "admin" }]);
    await client.end();
    await emulator.clock.advance("PT16M");
    expect((await emulator.decisions.last())?.outcome).toBe("admitted");
    await container.stop();
    expect(existsSync(emulator.caCertificate)).toBe(false);
  });

  test("is an error when its ready file is of another form", async () => {
    await using inside = await startEmulator();
    const attempt = StartedDsqlEmulatorContainer.of(containerOf(inside), "127.0.0.1", "{}");
    await expect(attempt).rejects.toThrow("the container's ready file is not valid: ");
  });
});
