import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectionOptions } from "./connection-options.ts";
import { EmulatorApiError } from "./emulator-http.ts";
import type { FaultForm } from "./faults.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";

const ONCE: FaultForm = {
  target: { connectStep: "iam" },
  effect: { error: { code: "53300", message: "Unable to accept connection" } },
  when: { count: 1 },
};

describe("faults of a test", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.faults.clear());
  afterAll(() => emulator.stop());

  async function sqlStateOfConnecting(): Promise<string> {
    const client = new Client(connectionOptions(emulator));
    try {
      await client.connect();
      await client.end();
      return "00000";
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  }

  test("a rule fires as often as it says, and the list tells it", async () => {
    const { id } = await emulator.faults.add(ONCE);
    expect(await sqlStateOfConnecting()).toBe("53300");
    expect(await sqlStateOfConnecting()).toBe("00000");
    expect(await emulator.faults.list()).toEqual([{ id, ...ONCE, matched: 2, fired: 1 }]);
  });

  test("a rule that is removed fires no more; others stay", async () => {
    const [first, second] = [
      await emulator.faults.add(ONCE),
      await emulator.faults.add({ ...ONCE, effect: { drop: true } }),
    ];
    await emulator.faults.remove(first.id);
    expect((await emulator.faults.list()).map(({ id }) => id)).toEqual([second.id]);
    await emulator.faults.clear();
    expect(await emulator.faults.list()).toEqual([]);
    expect(await sqlStateOfConnecting()).toBe("00000");
  });

  test("a rule about nothing is refused, and one that is not there cannot be removed", async () => {
    await expect(
      emulator.faults.add({ ...ONCE, target: { connectStep: "coffee" } }),
    ).rejects.toThrow(/^`target.connectStep` is none of /);
    const error: unknown = await emulator.faults.remove("none").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EmulatorApiError);
    expect((error as EmulatorApiError).status).toBe(404);
  });
});
