import { describe, expect, test } from "vitest";
import { StateGate } from "./state-gate.ts";

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe("the gate of the state", () => {
  test("lets many in at once, and one change wait for all of them", async () => {
    const gate = new StateGate();
    const leaves = [await gate.enter(), await gate.enter()];
    const log: string[] = [];
    const change = gate.exclusively(async () => {
      log.push("change");
    });
    leaves[0]?.();
    leaves[0]?.();
    await settle();
    expect(log).toEqual([]);
    leaves[1]?.();
    await change;
    expect(log).toEqual(["change"]);
  });

  test("keeps others out while a change waits and runs", async () => {
    const gate = new StateGate();
    const log: string[] = [];
    const leave = await gate.enter();
    const change = gate.exclusively(async () => {
      await settle();
      log.push("change");
    });
    await settle();
    const later = gate.enter().then(() => log.push("entered"));
    await settle();
    expect(log).toEqual([]);
    leave();
    await change;
    await later;
    expect(log).toEqual(["change", "entered"]);
  });

  test("makes changes one after the other, also when one fails", async () => {
    const gate = new StateGate();
    const log: string[] = [];
    const failed = gate.exclusively(async () => {
      log.push("first");
      await settle();
      throw new Error("it went wrong");
    });
    const second = gate.exclusively(async () => log.push("second"));
    await expect(failed).rejects.toThrow("it went wrong");
    await second;
    expect(log).toEqual(["first", "second"]);
    (await gate.enter())();
  });
});
