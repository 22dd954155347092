import { describe, expect, test } from "vitest";
import { signToken, TEST_ACCESS_KEY } from "../../test/fixtures/sigv4/sign-token.ts";
import type { AuthToken } from "./auth-token.ts";
import { canonicalQueryString, canonicalRequest } from "./canonical-request.ts";
import { parseAuthToken } from "./parse-auth-token.ts";
import { uriEncode } from "./percent-encoding.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { verifySignature } from "./verify-signature.ts";

const { secretAccessKey } = TEST_ACCESS_KEY;

function parsed(text: string): AuthToken {
  const result = parseAuthToken(text);
  if (result.kind === "malformed") throw new Error(result.problem);
  return result.token;
}

function verify(token: AuthToken, secret: string = secretAccessKey): string {
  return verifySignature({ token, secretAccessKey: secret, keyCache: new SigningKeyCache() }).kind;
}

describe("verifying a signature", () => {
  test("shows of a mismatch what was computed, and neither session token nor signature", () => {
    const token = parsed(signToken({ sessionToken: "fake+session/token" }));
    const verdict = verifySignature({
      token,
      secretAccessKey: "another-fake-secret",
      keyCache: new SigningKeyCache(),
    });
    expect(verdict).toStrictEqual({
      kind: "mismatch",
      canonicalRequest: [
        "GET",
        "/",
        "Action=DbConnectAdmin&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAFAKEFAKEFAKEFAKE%2F20260115%2Fus-east-1%2Fdsql%2Faws4_request&X-Amz-Date=20260115T120000Z&X-Amz-Expires=900&X-Amz-Security-Token=<redacted, 18 characters>&X-Amz-SignedHeaders=host",
        "host:dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws",
        "",
        "host",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      ].join("\n"),
      stringToSign: [
        "AWS4-HMAC-SHA256",
        "20260115T120000Z",
        "20260115/us-east-1/dsql/aws4_request",
        "882324d354fc0d2c59033aa01e146fd79b29e715436719375c3ebbc4a1c77375",
      ].join("\n"),
      computedSignaturePrefix: parsed(
        signToken({ sessionToken: "fake+session/token", secretAccessKey: "another-fake-secret" }),
      ).signature.slice(0, 8),
    });
  });

  test.each<[string, (signature: string) => string]>([
    ["shorter", (signature) => signature.slice(1)],
    ["longer", (signature) => `${signature}0`],
    ["empty", () => ""],
    ["in upper case", (signature) => signature.toUpperCase()],
    ["of as many characters but more bytes", (signature) => `é${signature.slice(1)}`],
  ])("takes a signature that is %s for a mismatch", (_how, change) => {
    const token = parsed(signToken());
    expect(verify(token)).toBe("match");
    expect(verify({ ...token, signature: change(token.signature) })).toBe("mismatch");
  });

  test("looks at neither clock nor scope", () => {
    const signedAt = new Date("1999-12-31T23:59:59.000Z");
    expect(verify(parsed(signToken({ signedAt, region: "x", service: "y", expires: "-1" })))).toBe(
      "match",
    );
  });
});

describe("the canonical query string", () => {
  test("is sorted by name, then by value, encoded, and without the signature", () => {
    expect(
      canonicalQueryString([
        ["b", "2"],
        ["X-Amz-Signature", "f"],
        ["a", "é"],
        ["b", "1"],
        ["B", "/"],
        ["a-", " "],
        ["a", "+"],
      ]),
    ).toBe("B=%2F&a=%2B&a=%C3%A9&a-=%20&b=1&b=2");
  });

  test("does not depend on the order in the token", () => {
    const [host = "", query = ""] = signToken({ sessionToken: "s" }).split("?");
    const reversed = `${host}?${query.split("&").reverse().join("&")}`;
    expect(canonicalRequest(parsed(reversed))).toBe(canonicalRequest(parsed(`${host}?${query}`)));
  });

  test.each([
    ["azAZ09-._~", "azAZ09-._~"],
    ["!'()*", "%21%27%28%29%2A"],
    ["a b+c/d=e&f%g", "a%20b%2Bc%2Fd%3De%26f%25g"],
    ["é", "%C3%A9"],
    ["", ""],
  ])("encodes %j as %j", (text, encoded) => {
    expect(uriEncode(text)).toBe(encoded);
  });
});

describe("the parser's words", () => {
  const token = signToken();

  test.each<[string, string, string]>([
    ["no query", "hunter2", "there is no `?` after the host name"],
    ["no host", token.slice(token.indexOf("/")), "there is no host name before the `?`"],
    [
      "another host",
      `user:hunter2@${token}`,
      "before the `?` must stand a host name and at most one `/`, without user name, path, fragment or white space",
    ],
    [
      "an algorithm",
      token.replace("SHA256", "SHA1"),
      "`X-Amz-Algorithm` is `AWS4-HMAC-SHA1`, expected `AWS4-HMAC-SHA256`",
    ],
    [
      "a long value",
      token.replace("=900", `=${"9".repeat(30)}`),
      "`X-Amz-Expires` is a text of 30 characters, expected a whole number of seconds",
    ],
    [
      "missing parameters",
      token.replace(/&X-Amz-Date=\w+/, "").replace("Action=DbConnectAdmin&", ""),
      "the query has no `Action`, `X-Amz-Date`",
    ],
    [
      "a part without =",
      token.replace("&X-Amz-Date=", "&X-Amz-Date"),
      "part 4 of the query is not `name=value`",
    ],
    [
      "an unknown parameter",
      token.replace("Action=", "DBUser=admin&Action="),
      "parameter 1, `DBUser`, is not one that an auth token has",
    ],
    [
      "a secret for an access key id",
      token.replace("AKIAFAKEFAKEFAKEFAKE", "fake-secret"),
      "the access key id in `X-Amz-Credential` must be 1 to 128 letters, digits or underscores: check that it is not the secret access key",
    ],
    [
      "a short scope",
      token.replace("%2Fdsql", ""),
      "`X-Amz-Credential` has 4 parts or an empty one, expected access key id, date, region, service and `aws4_request` with `/` between them",
    ],
    ["too much", token.padEnd(70_000, "a"), "it has 70000 characters, more than 65536"],
  ])("%s", (_what, text, problem) => {
    const result = parseAuthToken(text);
    expect(result.kind === "malformed" && result.problem).toBe(problem);
  });
});
