import { describe, expect, test } from "vitest";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import { createEmulatorClock } from "./emulator-clock.ts";

describe("the emulator's clock", () => {
  test("shows the time of the system, as it goes on", () => {
    const system = new FixedClock("2026-05-06T07:08:09.010Z");
    const clock = createEmulatorClock({ systemNow: () => system.now() });
    expect(clock.now().toISOString()).toBe("2026-05-06T07:08:09.010Z");
    system.advance(61_000);
    expect(clock.now().toISOString()).toBe("2026-05-06T07:09:10.010Z");
  });

  test("takes the time of the machine if it is given no other", () => {
    const before = Date.now();
    const shown = createEmulatorClock().now().getTime();
    expect(shown).toBeGreaterThanOrEqual(before);
    expect(shown).toBeLessThanOrEqual(Date.now());
  });
});
