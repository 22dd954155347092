import { describe, expect, test } from "vitest";
import { encodeBase32 } from "../shared/index.ts";
import { OneTimePasswords } from "./one-time-password.ts";

/** The secret of the vectors of RFC 6238, appendix B. */
const SEED = encodeBase32(new TextEncoder().encode("12345678901234567890")).toUpperCase();

function at(seconds: number): Date {
  return new Date(seconds * 1000);
}

describe("one-time passwords", () => {
  // The last six digits of the eight that the RFC prints for SHA-1.
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("at %i seconds the password of RFC 6238 is taken: %s", (seconds, code) => {
    expect(new OneTimePasswords().take(SEED, code, at(seconds))).toBe(true);
  });

  test.each([
    ["one step late", 89, true],
    ["the last second of one step late", 89, true],
    ["two steps late", 90, false],
    ["one step early", 0, true],
    ["two steps early", -1, false],
  ])("a password %s (at %i) is taken: %s", (_when, seconds, isTaken) => {
    // 287082 is that of 30 to 59 seconds.
    expect(new OneTimePasswords().take(SEED, "287082", at(seconds))).toBe(isTaken);
  });

  test("a password is good once, those before it no longer, the next one is", () => {
    const passwords = new OneTimePasswords();
    expect(passwords.take(SEED, "050471", at(1_111_111_111))).toBe(true);
    expect(passwords.take(SEED, "050471", at(1_111_111_111))).toBe(false);
    // That of the step before.
    expect(passwords.take(SEED, "081804", at(1_111_111_111))).toBe(false);
    expect(new OneTimePasswords().take(SEED, "081804", at(1_111_111_111))).toBe(true);
  });

  test("a wrong password does not use up the right one", () => {
    const passwords = new OneTimePasswords();
    expect(passwords.take(SEED, "000000", at(59))).toBe(false);
    expect(passwords.take(SEED, "287082", at(59))).toBe(true);
  });

  test("each seed has its own passwords", () => {
    const passwords = new OneTimePasswords();
    expect(passwords.take(SEED.replace("G", "H"), "287082", at(59))).toBe(false);
    expect(passwords.take(SEED, "287082", at(59))).toBe(true);
  });

  test.each(["", "28708", "2870822", "28708a", "２８７０８２"])("%j is no password", (code) => {
    expect(new OneTimePasswords().take(SEED, code, at(59))).toBe(false);
  });

  test("a seed may be in small letters and padded", () => {
    expect(new OneTimePasswords().take(`${SEED.toLowerCase()}====`, "287082", at(59))).toBe(true);
  });

  test("a seed that is not base 32 has no passwords", () => {
    expect(new OneTimePasswords().take("not base32!", "287082", at(59))).toBe(false);
  });
});
