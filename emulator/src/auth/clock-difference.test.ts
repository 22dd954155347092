import { describe, expect, test } from "vitest";
import { connect, type World } from "../../test/fixtures/auth/connection-world.ts";
import type { AuthRefusal } from "./refusal.ts";

const HOUR_MS = 3_600_000;
const OFFSET_BACK = "`dsql-emulator clock offset PT0S`";
const SIGN =
  "sign at the emulator's time, as `dsql-emulator token` does, or move the clock back to the system's: ";

/** Why a token that was signed at noon, for 15 minutes, is refused. */
async function refusalAt(
  now: string,
  clockState: World["clockState"],
): Promise<AuthRefusal | undefined> {
  const world = { now: new Date(`2026-01-15T${now}Z`), clockState };
  const { verdict } = await connect({ world });
  return verdict.kind === "refused" ? verdict.refusal : undefined;
}

describe("a token that is right at the system's time", () => {
  test.each([
    [
      "ahead",
      "13:00:05",
      { isFrozen: false, offsetMs: HOUR_MS },
      "token_expired",
      "; the emulator's clock is 1 h 0 min ahead of the system's",
      `${SIGN}${OFFSET_BACK}`,
    ],
    [
      "behind",
      "11:30:05",
      { isFrozen: false, offsetMs: -30 * 60_000 },
      "token_not_yet_valid",
      "; the emulator's clock is 30 min 0 s behind the system's",
      `${SIGN}${OFFSET_BACK}`,
    ],
    [
      "frozen",
      "09:59:00",
      { isFrozen: true, offsetMs: -2 * HOUR_MS - 90_000 },
      "token_not_yet_valid",
      "; the emulator's clock stands still, 2 h 1 min behind the system's",
      `${SIGN}\`dsql-emulator clock resume\` and ${OFFSET_BACK}`,
    ],
  ] as const)("says that the emulator's clock is %s", async (_name, now, state, code, why, fix) => {
    const refusal = await refusalAt(now, state);
    expect(refusal?.code).toBe(code);
    expect(refusal?.reason.endsWith(why)).toBe(true);
    expect(refusal?.fix).toBe(fix);
  });
});

describe("a token that is wrong at the system's time too", () => {
  test("says how the clocks stand, but does not blame the emulator's", async () => {
    const refusal = await refusalAt("20:00:00", { isFrozen: false, offsetMs: 26 * HOUR_MS });
    expect(refusal?.reason).toMatch(/; the emulator's clock is 1 d 2 h ahead of the system's$/);
    expect(refusal?.fix).toBeUndefined();
  });

  test.each([
    ["13:00:40", "1 h 0 min behind"],
    ["06:30:30", "5 h 30 min ahead"],
  ])("names a client's clock that is a time zone off: %s", async (now, off) => {
    for (const state of [undefined, { isFrozen: false, offsetMs: 999 }]) {
      const refusal = await refusalAt(now, state);
      expect(refusal?.reason.endsWith("000Z")).toBe(true);
      expect(refusal?.fix).toBe(
        `if the token was made just now, the client's clock is ${off}: set its time and time zone right`,
      );
    }
  });

  test.each(["12:15:00", "12:45:00", "13:02:00"])("has the usual advice at %s", async (now) => {
    const refusal = await refusalAt(now, { isFrozen: false, offsetMs: 0 });
    expect([refusal?.code, refusal?.fix]).toEqual(["token_expired", undefined]);
  });
});
