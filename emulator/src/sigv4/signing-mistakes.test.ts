import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signToken, TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import { MISMATCHING_TOKENS } from "../../test/fixtures/sigv4/token-fixtures.ts";
import { AWS_REGIONS } from "./aws-regions.ts";
import type { AuthToken } from "./auth-token.ts";
import { parseAuthToken } from "./parse-auth-token.ts";
import { signingKey } from "./signing-key.ts";
import { diagnoseSignature, signingMistakes } from "./signing-mistakes.ts";
import type { SigningSurroundings } from "./token-changes.ts";
import { computeSignature } from "./verify-signature.ts";

const { secretAccessKey } = TEST_ACCESS_KEY;

function parsed(text: string): AuthToken {
  const result = parseAuthToken(text);
  if (result.kind === "malformed") throw new Error(result.problem);
  return result.token;
}

function mistakeIn(text: string): string | undefined {
  return diagnoseSignature(parsed(text), secretAccessKey).mistake?.description;
}

/** The token with the signature of these lines in place of its canonical request. */
function signedAs(lines: (query: string) => readonly string[]): string {
  const text = signToken();
  const query = text.slice(text.indexOf("?") + 1, text.indexOf("&X-Amz-Signature="));
  const hash = createHash("sha256").update(lines(query).join("\n")).digest("hex");
  const scope = "20260115/us-east-1/dsql/aws4_request";
  const key = signingKey(secretAccessKey, "20260115", "us-east-1", "dsql");
  const toSign = ["AWS4-HMAC-SHA256", "20260115T120000Z", scope, hash].join("\n");
  return text.replace(/\w{64}$/, computeSignature(key, toSign));
}

const EMPTY_HASH = createHash("sha256").digest("hex");
const HOST_LINES = [`host:${TEST_HOST}`, "", "host"];

describe("the mistake behind a wrong signature", () => {
  test.each<[string, string, string | undefined]>([
    ["another secret is none", signToken({ secretAccessKey: "another-fake-secret" }), undefined],
    [
      "a line feed after the secret",
      signToken({ secretAccessKey: `${secretAccessKey}\n` }),
      "the secret access key was used with white space at its end",
    ],
    [
      "a host in upper case that was signed in lower case",
      signToken().replace(TEST_HOST, TEST_HOST.toUpperCase()),
      "the host was signed in lower case, but the token has it in upper case",
    ],
    [
      "a host in upper case as botocore signs it",
      MISMATCHING_TOKENS[0]?.token ?? "",
      "the host was signed in lower case, but the token has it in upper case",
    ],
    [
      "a port that was cut off after signing",
      signToken({ host: `${TEST_HOST}:5432` }).replace(":5432", ""),
      "the host was signed with port 5432, but the token has no port",
    ],
    [
      "a port that was added after signing",
      signToken().replace(TEST_HOST, `${TEST_HOST}:443`),
      "the host was signed without the port that the token has",
    ],
    [
      "an action that was changed after signing",
      signToken({ action: "DbConnect" }).replace("DbConnect", "DbConnectAdmin"),
      "the token was signed for `DbConnect` and `Action` was changed afterwards",
    ],
    [
      "a session token that was added after signing",
      `${signToken()}&X-Amz-Security-Token=fake-session-token`,
      "`X-Amz-Security-Token` was added after signing",
    ],
    [
      "the payload of S3",
      signedAs((query) => ["GET", "/", query, ...HOST_LINES, "UNSIGNED-PAYLOAD"]),
      "the hashed payload was signed as `UNSIGNED-PAYLOAD`, expected the SHA-256 of nothing",
    ],
    [
      "another method",
      signedAs((query) => ["POST", "/", query, ...HOST_LINES, EMPTY_HASH]),
      "the request was signed as a POST, expected GET",
    ],
    [
      "parameters that were not sorted",
      signedAs((query) => {
        const reversed = query.split("&").reverse().join("&");
        return ["GET", "/", reversed, ...HOST_LINES, EMPTY_HASH];
      }).replace(/\?(.*)(&X-Amz-Signature=.*)/, (_all, query: string, signature: string) => {
        return `?${query.split("&").reverse().join("&")}${signature}`;
      }),
      "the parameters were signed in the order of the token, expected sorted by name",
    ],
    [
      "a right signature that was altered",
      signToken().replace(/\w$/, (digit) => (digit === "0" ? "1" : "0")),
      undefined,
    ],
  ])("%s", (_name, text, mistake) => {
    expect(mistakeIn(text)).toBe(mistake);
  });

  test("is looked for in fewer than 250 signatures, whatever there is, and no description has a secret", () => {
    const surroundings: SigningSurroundings = {
      hosts: Array.from({ length: 500 }, (_, index) => `host-${index}`),
      regions: Array.from({ length: 500 }, (_, index) => `region-${index}`),
      accessKeys: Array.from({ length: 500 }, (_, index) => ({
        accessKeyId: `AKIAFAKE${index}`,
        secretAccessKey: `fake-secret-${index}`,
      })),
    };
    const tokens = [
      signToken({ sessionToken: "fake%2Bsession token" }),
      signToken({ host: TEST_HOST.toUpperCase(), sessionToken: "fake-session-token" }),
      signToken({ host: `${TEST_HOST}:1` }),
    ];
    for (const text of tokens) {
      const mistakes = signingMistakes(parsed(text), secretAccessKey, surroundings);
      expect(mistakes.length).toBeGreaterThan(150);
      expect(mistakes.length).toBeLessThan(250);
      const words = mistakes.map(({ description }) => description).join();
      expect(words).not.toMatch(/fake-session-token|session token,|fake%2B|fake-secret/);
    }
  });

  test.each(AWS_REGIONS.filter((region) => region !== "us-east-1"))(
    "is found for region %s, whatever regions the emulator's clusters are in",
    (region) => {
      const given = signToken();
      const [, query = ""] = /\?(.*)&X-Amz-Signature=/.exec(given) ?? [];
      const own = ["GET", "/", query, ...HOST_LINES, EMPTY_HASH].join("\n");
      const hash = createHash("sha256").update(own).digest("hex");
      const scope = "20260115/us-east-1/dsql/aws4_request";
      const key = signingKey(secretAccessKey, "20260115", region, "dsql");
      const toSign = ["AWS4-HMAC-SHA256", "20260115T120000Z", scope, hash].join("\n");
      const ofOtherKey = given.replace(/\w{64}$/, computeSignature(key, toSign));
      const edited = signToken({ region }).replace(`%2F${region}%2F`, "%2Fus-east-1%2F");
      const surroundings = { hosts: [], regions: ["us-east-1", "eu-west-1"], accessKeys: [] };
      const found = [ofOtherKey, edited].map(
        (text) => diagnoseSignature(parsed(text), secretAccessKey, surroundings).mistake,
      );
      expect(found).toEqual([
        {
          kind: "signing-key-of-other-scope",
          description: `the signing key was derived for region \`${region}\`, the scope says \`${scope}\``,
        },
        {
          kind: "scope-changed",
          description: `the token was signed for region \`${region}\` and \`X-Amz-Credential\` was changed afterwards`,
        },
      ]);
    },
  );

  test("says how many were tried", () => {
    const none = diagnoseSignature(parsed(signToken({ secretAccessKey: "x" })), secretAccessKey);
    expect(none).toEqual({ mistake: undefined, tried: 104 });
    const first = diagnoseSignature(
      parsed(signToken({ secretAccessKey: `${secretAccessKey}\n` })),
      secretAccessKey,
    );
    expect(first.tried).toBe(1);
  });
});
