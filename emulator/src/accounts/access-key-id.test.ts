import { describe, expect, test } from "vitest";
import { accountOfAccessKeyId, makeAccessKeyId } from "./access-key-id.ts";

const RANDOM = Uint8Array.from([0xff, 0x00, 0xaa, 0x55, 0x0f]);

describe("ids of access keys", () => {
  test.each([
    ["000000000000", "lowest"],
    ["000000000001", "with leading zeros"],
    ["123456789012", "usual"],
    ["999999999999", "highest"],
  ])("the account %s (%s) can be read from its ids", (accountId) => {
    for (const prefix of ["AKIA", "ASIA"] as const) {
      const id = makeAccessKeyId(prefix, accountId, RANDOM);
      expect(id).toMatch(new RegExp(`^${prefix}[A-Z2-7]{16}$`));
      expect(accountOfAccessKeyId(id)).toBe(accountId);
    }
  });

  test("all random bits are in the id but the one above 39", () => {
    const idOf = (random: readonly number[]): string =>
      makeAccessKeyId("ASIA", "123456789012", Uint8Array.from(random));
    expect(
      new Set([idOf([0, 0, 0, 0, 0]), idOf([0, 0, 0, 0, 1]), idOf([0x40, 0, 0, 0, 0])]).size,
    ).toBe(3);
    expect(idOf([0x80, 0, 0, 0, 0])).toBe(idOf([0, 0, 0, 0, 0]));
  });

  test("the id of a given account and given bytes is always the same", () => {
    expect(makeAccessKeyId("ASIA", "123456789012", RANDOM)).toBe("ASIARZPUZDIKP4AKUVIP");
  });

  const none: readonly (readonly [string, string])[] = [
    ["", "empty"],
    ["AKIA", "a prefix alone"],
    ["AKIAFAKEFAKEFAKEFAKE", "the mark is not set"],
    [`AKIA${"7".repeat(16)}`, "the account has 13 digits"],
    [`AKIA${"A".repeat(15)}1`, "1 is no digit of base 32"],
    [makeAccessKeyId("AKIA", "123456789012", RANDOM).slice(0, -1), "too short"],
    [`${makeAccessKeyId("AKIA", "123456789012", RANDOM)}A`, "too long"],
    [
      makeAccessKeyId("AKIA", "123456789012", RANDOM).replace("AKIA", "AROA"),
      "the prefix of a role",
    ],
  ];
  test.each(none)("%s is of no account: %s", (id) => {
    expect(accountOfAccessKeyId(id)).toBeUndefined();
  });
});
