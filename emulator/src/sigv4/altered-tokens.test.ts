import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../test/fixtures/random-numbers.ts";
import {
  ALTERATIONS,
  HARMLESS_ALTERATIONS,
  type TokenJudgement,
} from "../../test/fixtures/sigv4/alterations.ts";
import { signToken, TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import { RECORDED_TOKENS, REORDERED_TOKENS } from "../../test/fixtures/sigv4/token-fixtures.ts";
import { parseAuthToken } from "./parse-auth-token.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { verifySignature } from "./verify-signature.ts";

const keyCache = new SigningKeyCache();
const { secretAccessKey } = TEST_ACCESS_KEY;
const TOKENS = [...RECORDED_TOKENS, ...REORDERED_TOKENS].filter(
  ({ token }) => token.includes(`${TEST_HOST}/?`) || token.includes(`${TEST_HOST}?`),
);

function judge(text: string): TokenJudgement {
  const parsed = parseAuthToken(text);
  if (parsed.kind === "malformed") return parsed.code;
  return verifySignature({ token: parsed.token, secretAccessKey, keyCache }).kind;
}

describe("a token that was altered after signing", () => {
  test("is judged in every shape that signers write", () => {
    expect(TOKENS).toHaveLength(RECORDED_TOKENS.length + REORDERED_TOKENS.length - 2);
  });

  test.each(ALTERATIONS)("$name: $judgement", ({ alter, judgement }) => {
    for (const { name: shape, token } of TOKENS) {
      expect(`${shape}: ${judge(alter(token))}`).toBe(`${shape}: ${judgement}`);
    }
  });

  test.each(HARMLESS_ALTERATIONS)("is accepted with $name", ({ alter, judgement }) => {
    for (const { name: shape, token } of TOKENS) {
      expect(`${shape}: ${judge(alter(token))}`).toBe(`${shape}: ${judgement}`);
    }
  });

  test("does not verify with any one bit of any character flipped", () => {
    const accepted: string[] = [];
    for (const { name, token } of TOKENS) {
      for (let index = 0; index < token.length; index += 1) {
        for (let bit = 0; bit < 8; bit += 1) {
          const flipped = String.fromCharCode(token.charCodeAt(index) ^ (1 << bit));
          const altered = token.slice(0, index) + flipped + token.slice(index + 1);
          if (judge(altered) === "match")
            accepted.push(`${name}: bit ${bit} of character ${index}`);
        }
      }
    }
    expect(accepted).toEqual([]);
  });

  test("does not verify with any one character left out, except the slash that Go leaves out", () => {
    const accepted = new Set<string>();
    for (const { token } of TOKENS) {
      for (let index = 0; index < token.length; index += 1) {
        const altered = token.slice(0, index) + token.slice(index + 1);
        if (judge(altered) === "match") accepted.add(token.slice(index, index + 2));
      }
    }
    expect([...accepted]).toEqual(["/?"]);
  });
});

describe("whatever text comes in place of a token", () => {
  test("is judged without an error, and never right", () => {
    const random = randomNumbers(20_260_115);
    const below = (limit: number): number => Math.floor(random() * limit);
    const pieces = [
      "&",
      "=",
      "%",
      "?",
      "/",
      "%2F",
      "\0",
      "\n",
      "é",
      "\uD800",
      "😀",
      "X-Amz-",
      "Action=",
    ];
    const codes = new Set<string>();
    for (let round = 0; round < 20_000; round += 1) {
      let text = TOKENS[below(TOKENS.length)]?.token ?? "";
      for (let change = 0; change <= below(3); change += 1) {
        const start = below(text.length);
        const piece =
          below(2) === 0 ? (pieces[below(pieces.length)] ?? "") : text.slice(0, below(40));
        text = text.slice(0, start) + piece + text.slice(start + below(3) * below(30));
      }
      if (TOKENS.some(({ token }) => token === text)) continue;
      codes.add(judge(text));
    }
    expect(codes.has("match")).toBe(false);
    expect(codes.size).toBeGreaterThan(10);
  });
});

describe("a token that was signed for an unusual text", () => {
  test.each<[string, string, TokenJudgement]>([
    ["an upper-case host, signed as it is sent", TEST_HOST.toUpperCase(), "match"],
    ["a host with a port, signed as it is sent", `${TEST_HOST}:5432`, "match"],
    ["a host outside ASCII", "dsql.exämple.com", "invalid-host"],
    ["a host with a user name", `user@${TEST_HOST}`, "invalid-host"],
    ["an IPv6 address", "[::1]", "invalid-host"],
  ])("%s", (_name, host, judgement) => {
    expect(judge(signToken({ host }))).toBe(judgement);
  });

  test("an upper-case host does not verify once it is put into lower case", () => {
    expect(judge(signToken({ host: TEST_HOST.toUpperCase() }).replace(/^[^/]+/, TEST_HOST))).toBe(
      "mismatch",
    );
  });
});
