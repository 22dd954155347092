import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { connectionOptions } from "./connection-options.ts";
import { policy } from "./policy.ts";
import { mapping, principals } from "./principals.ts";
import { startEmulator } from "./test-emulator.ts";

describe("an emulator in a process of its own", () => {
  test("has the configuration, a clock and decisions like any other, and is gone after stop", async () => {
    const user = principals.user("ada", [policy.allow("dsql:DbConnect")]);
    const emulator = await startEmulator({
      inChildProcess: true,
      config: {
        accounts: [{ id: "123456789012", users: [user] }],
        clusters: [
          { identifier: "testcluster000000000000000", databaseRoles: [mapping("reader", user)] },
        ],
      },
    });
    expect(emulator.pid).not.toBe(process.pid);
    const credentials = principals.credentialsOf(user);
    const client = new Client(connectionOptions(emulator, { role: "reader", credentials }));
    await client.connect();
    expect((await client.query("SELECT current_user AS role")).rows).toEqual([{ role: "reader" }]);
    expect((await emulator.decisions.last())?.outcome).toBe("admitted");
    await client.end();
    await emulator.stop();
    await emulator.stop();
    expect(isRunning(emulator.pid)).toBe(false);
    expect(existsSync(emulator.caCertificate)).toBe(false);
  });

  test("ends when the process that started it is killed", async () => {
    const source = `
      import { startEmulator } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
      console.log((await startEmulator({ inChildProcess: true })).pid);
      setInterval(() => undefined, 1000);
    `;
    const parent = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", source],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text) => {
        resolve(Number(text));
      });
    });
    expect(isRunning(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
