import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { describe, expect, test } from "vitest";
import { signToken, TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import {
  MISMATCHING_TOKENS,
  PUBLISHED_VECTORS,
  RECORDED_TOKENS,
  REORDERED_TOKENS,
  type TokenFixture,
} from "../../test/fixtures/sigv4/token-fixtures.ts";
import { parseAuthToken } from "./parse-auth-token.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { verifySignature } from "./verify-signature.ts";

const keyCache = new SigningKeyCache();

function judge({ token: text, secretAccessKey }: TokenFixture): {
  verdict: string;
  signedAt: string | undefined;
} {
  const parsed = parseAuthToken(text);
  if (parsed.kind === "malformed") return { verdict: parsed.code, signedAt: undefined };
  const { token } = parsed;
  const { kind } = verifySignature({ token, secretAccessKey, keyCache });
  return { verdict: kind, signedAt: token.signedAt.toISOString() };
}

describe("tokens of other signers", () => {
  test.each([...PUBLISHED_VECTORS, ...RECORDED_TOKENS, ...REORDERED_TOKENS])(
    "verifies: $name",
    (fixture) => {
      expect(judge(fixture)).toStrictEqual({ verdict: "match", signedAt: fixture.signedAt });
    },
  );

  test.each([...PUBLISHED_VECTORS, ...RECORDED_TOKENS, ...REORDERED_TOKENS])(
    "does not verify with another secret: $name",
    (fixture) => {
      expect(judge({ ...fixture, secretAccessKey: "another-fake-secret" }).verdict).toBe(
        "mismatch",
      );
    },
  );

  test.each(MISMATCHING_TOKENS)("does not verify: $name", (fixture) => {
    expect(judge(fixture).verdict).toBe("mismatch");
  });

  test("the fixtures show every shape that is known", () => {
    expect({
      published: PUBLISHED_VECTORS.length,
      recorded: RECORDED_TOKENS.length,
      reordered: REORDERED_TOKENS.length,
      withSessionToken: [...PUBLISHED_VECTORS, ...RECORDED_TOKENS, ...REORDERED_TOKENS].filter(
        ({ token }) => token.includes("X-Amz-Security-Token="),
      ).length,
      withoutSlash: REORDERED_TOKENS.filter(({ token }) => !token.includes("/?")).length,
      signatureNotLast: RECORDED_TOKENS.filter(({ token }) => /X-Amz-Signature=\w+&/.test(token))
        .length,
    }).toStrictEqual({
      published: 5,
      recorded: 23,
      reordered: 7,
      withSessionToken: 14,
      withoutSlash: 2,
      signatureNotLast: 7,
    });
  });

  test("the tests' own signer gives what the JavaScript signer gives at the same moment", async () => {
    for (const sessionToken of [undefined, "fake+session/token=="]) {
      const signer = new DsqlSigner({
        hostname: TEST_HOST,
        region: "us-east-1",
        credentials: {
          ...TEST_ACCESS_KEY,
          ...(sessionToken === undefined ? {} : { sessionToken }),
        },
      });
      const parsed = parseAuthToken(await signer.getDbConnectAdminAuthToken());
      if (parsed.kind === "malformed") throw new Error(parsed.problem);
      const own = parseAuthToken(signToken({ signedAt: parsed.token.signedAt, sessionToken }));
      if (own.kind === "malformed") throw new Error(own.problem);
      expect(own.token.signature).toBe(parsed.token.signature);
    }
  });
});
