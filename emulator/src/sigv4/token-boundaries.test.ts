import { describe, expect, test } from "vitest";
import { formatAmzDate, parseAmzDate } from "./amz-date.ts";
import { checkCredentialScope } from "./check-credential-scope.ts";
import { checkTokenLifetime } from "./check-token-lifetime.ts";
import { SigningKeyCache, signingKey } from "./signing-key.ts";

const SIGNED_AT = new Date("2026-01-15T12:00:00.000Z");
const LIMITS = { maxSkewSeconds: 300, maxLifetimeSeconds: 604_800 };

describe("the time window of a token", () => {
  test.each<[string, number, number, object]>([
    ["a lifetime of one second, at once", 1, 0, { kind: "valid" }],
    ["a lifetime of one second, a millisecond before its end", 1, 999, { kind: "valid" }],
    [
      "a lifetime of one second, at its end",
      1,
      1000,
      { kind: "expired", expiredAt: new Date("2026-01-15T12:00:01.000Z") },
    ],
    ["fifteen minutes, a millisecond before their end", 900, 899_999, { kind: "valid" }],
    [
      "fifteen minutes, exactly at the second",
      900,
      900_000,
      { kind: "expired", expiredAt: new Date("2026-01-15T12:15:00.000Z") },
    ],
    ["a week, a millisecond before its end", 604_800, 604_799_999, { kind: "valid" }],
    [
      "a week, at its end",
      604_800,
      604_800_000,
      { kind: "expired", expiredAt: new Date("2026-01-22T12:00:00.000Z") },
    ],
    ["a second more than a week", 604_801, 0, { kind: "lifetime-too-long" }],
    ["no time", 0, 0, { kind: "lifetime-not-positive" }],
    ["less than no time", -1, 0, { kind: "lifetime-not-positive" }],
    ["signed exactly 300 s ahead", 900, -300_000, { kind: "valid" }],
    [
      "signed a millisecond more than 300 s ahead",
      900,
      -300_001,
      { kind: "not-yet-valid", limit: new Date("2026-01-15T11:59:59.999Z") },
    ],
    [
      "signed 301 s ahead",
      900,
      -301_000,
      { kind: "not-yet-valid", limit: new Date("2026-01-15T11:59:59.000Z") },
    ],
    ["too long is said before expired", 604_801, 10 ** 9, { kind: "lifetime-too-long" }],
    ["not positive is said before not yet valid", 0, -(10 ** 9), { kind: "lifetime-not-positive" }],
  ])("%s", (_name, expiresInSeconds, msLater, verdict) => {
    const now = new Date(SIGNED_AT.getTime() + msLater);
    expect(
      checkTokenLifetime({ signedAt: SIGNED_AT, expiresInSeconds }, { now, ...LIMITS }),
    ).toStrictEqual(verdict);
  });
});

describe("the scope of a token", () => {
  const expected = { region: "us-east-1", service: "dsql" };
  const right = { date: "20260115", region: "us-east-1", service: "dsql" };

  test.each<[string, string, Partial<typeof right>, object]>([
    ["all parts right", "20260115T120000Z", {}, { kind: "valid" }],
    ["the last second of a day", "20260115T235959Z", {}, { kind: "valid" }],
    [
      "midnight UTC with the scope of the day before",
      "20260116T000000Z",
      {},
      { kind: "wrong-date", seen: "20260115", expected: "20260116" },
    ],
    [
      "the last second of a day with the scope of the next",
      "20260115T235959Z",
      { date: "20260116" },
      { kind: "wrong-date", seen: "20260116", expected: "20260115" },
    ],
    [
      "another region",
      "20260115T120000Z",
      { region: "us-east-2" },
      { kind: "wrong-region", seen: "us-east-2", expected: "us-east-1" },
    ],
    [
      "the region in upper case",
      "20260115T120000Z",
      { region: "US-EAST-1" },
      { kind: "wrong-region", seen: "US-EAST-1", expected: "us-east-1" },
    ],
    [
      "another service",
      "20260115T120000Z",
      { service: "rds-db" },
      { kind: "wrong-service", seen: "rds-db", expected: "dsql" },
    ],
    [
      "the date is said first, then the region",
      "20260115T120000Z",
      { date: "20260114", region: "x", service: "y" },
      { kind: "wrong-date", seen: "20260114", expected: "20260115" },
    ],
  ])("%s", (_name, amzDate, parts, verdict) => {
    const credential = {
      accessKeyId: "AKIAFAKEFAKEFAKEFAKE",
      terminator: "aws4_request" as const,
      ...right,
      ...parts,
    };
    expect(checkCredentialScope({ credential, amzDate }, expected)).toStrictEqual(verdict);
  });
});

describe("X-Amz-Date", () => {
  test.each<[string, string | undefined]>([
    ["20260115T120000Z", "2026-01-15T12:00:00.000Z"],
    ["20240229T235959Z", "2024-02-29T23:59:59.000Z"],
    ["20260229T000000Z", undefined],
    ["20261301T000000Z", undefined],
    ["20260115T240000Z", undefined],
    ["20260115T120060Z", undefined],
    ["20260115T120000", undefined],
    ["20260115t120000z", undefined],
    ["20260115T120000Z\n", undefined],
    ["00000101T000000Z", undefined],
  ])("%j is %j", (text, iso) => {
    expect(parseAmzDate(text)?.toISOString()).toBe(iso);
  });

  test("is written without milliseconds", () => {
    expect(formatAmzDate(new Date("2026-01-15T12:00:00.999Z"))).toBe("20260115T120000Z");
  });
});

describe("the cache of signing keys", () => {
  const secret = "fake-secret-for-tests";

  test("gives the derived key, and forgets the one that was not used for longest", () => {
    const cache = new SigningKeyCache(2);
    const derived = signingKey(secret, "20260115", "us-east-1", "dsql");
    expect(cache.signingKey(secret, "20260115", "us-east-1", "dsql")).toStrictEqual(derived);
    const first = cache.signingKey(secret, "20260115", "us-east-1", "dsql");
    cache.signingKey(secret, "20260116", "us-east-1", "dsql");
    expect(cache.signingKey(secret, "20260115", "us-east-1", "dsql")).toBe(first);
    const second = cache.signingKey(secret, "20260116", "us-east-1", "dsql");
    cache.signingKey(secret, "20260117", "us-east-1", "dsql");
    expect(cache.size).toBe(2);
    expect(cache.signingKey(secret, "20260116", "us-east-1", "dsql")).toBe(second);
    expect(cache.signingKey(secret, "20260115", "us-east-1", "dsql")).not.toBe(first);
  });

  test("keeps the keys of two secrets apart", () => {
    const cache = new SigningKeyCache();
    expect(cache.signingKey("fake-a", "20260115", "us-east-1", "dsql")).not.toStrictEqual(
      cache.signingKey("fake-b", "20260115", "us-east-1", "dsql"),
    );
  });

  test("shows no secret when it is printed", () => {
    const cache = new SigningKeyCache();
    cache.signingKey(secret, "20260115", "us-east-1", "dsql");
    expect(JSON.stringify(cache)).toBe("{}");
  });
});
