import { expect, test } from "vitest";
import { createEmulatorClock } from "../clock/index.ts";
import { signatureSurroundings } from "./signing-surroundings.ts";

test("the surroundings of a token say how the emulator's clock stands at the moment", async () => {
  const clock = createEmulatorClock({ systemNow: () => new Date("2026-01-15T12:00:00Z") });
  const surroundings = signatureSurroundings({
    accounts: { directories: () => [] },
    clusters: { allClusters: () => [] },
    aliases: [],
    clock,
  });
  expect(surroundings.clockState()).toMatchObject({ isFrozen: false, offsetMs: 0 });
  await clock.change({ kind: "advance", byMs: 3_600_000 });
  await clock.change({ kind: "freeze" });
  expect(surroundings.clockState()).toMatchObject({ isFrozen: true, offsetMs: 3_600_000 });
});
