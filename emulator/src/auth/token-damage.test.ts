import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { beforeAll, describe, expect, test } from "vitest";
import { TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import { connect } from "../../test/fixtures/auth/connection-world.ts";
import { parseAuthToken } from "../sigv4/index.ts";
import { tokenDamage } from "./token-damage.ts";

let token: string;

beforeAll(async () => {
  const signer = new DsqlSigner({
    hostname: TEST_HOST,
    region: "us-east-1",
    credentials: { ...TEST_ACCESS_KEY, sessionToken: "fake+session/token==" },
  });
  token = await signer.getDbConnectAdminAuthToken();
});

describe("what happened to a token on its way", () => {
  test.each<[string, (text: string) => string, string]>([
    ["quotation marks", (text) => `"${text}"\n`, "quoted"],
    ["a line feed behind it", (text) => `${text}\n`, "white-space"],
    ["lines of 76 characters", (text) => text.replace(/.{76}/g, "$&\n"), "line-breaks"],
    ["encoding for a URL, done twice", encodeURIComponent, "encoded-whole"],
    ["values that are encoded twice", (text) => text.replaceAll("%", "%25"), "encoded-twice"],
    [
      "escapes in lower case",
      (text) => text.replace(/%../g, (escape) => escape.toLowerCase()),
      "lower-case-escapes",
    ],
    ["decoding as a form", (text) => decodeURIComponent(text).replaceAll("+", " "), "form-decoded"],
    ["an entity of HTML", (text) => text.replaceAll("&", "&amp;"), "html-escaped"],
  ])("%s", (_name, damage, kind) => {
    const damaged = damage(token);
    expect(parseAuthToken(damaged).kind).toBe("malformed");
    expect(tokenDamage(damaged)?.kind).toBe(kind);
  });

  test.each([100, 128, 256, 300])("cut off after %i characters", (length) => {
    const damage = tokenDamage(token.slice(0, length));
    expect(damage).toEqual({
      kind: "cut-off",
      description: `it breaks off after ${length} characters`,
    });
  });

  test("cut off anywhere behind its action", () => {
    const start = token.indexOf("&");
    const whole = token.indexOf("&X-Amz-SignedHeaders");
    for (let length = start; length < token.length; length += 1) {
      // A signature that ends exactly is no cut that one could see.
      if (length === whole || token.slice(length - 1).startsWith("=")) continue;
      expect([length, tokenDamage(token.slice(0, length))?.kind]).toEqual([length, "cut-off"]);
    }
  });

  test("nothing of the sort for passwords, URLs, tokens without a parameter and very long texts", () => {
    const texts = [
      "hunter2",
      "",
      "https://example.com/?page=1",
      token.replace(/&X-Amz-Date=[^&]*/, ""),
      `"${token}${" ".repeat(70_000)}"`,
      "%E0%A4%A",
    ];
    expect(texts.map((text) => tokenDamage(text))).toEqual(texts.map(() => undefined));
  });

  test("is told with the refusal, without anything of the token", async () => {
    const { verdict, decisions } = await connect({ password: encodeURIComponent(token) });
    expect(verdict.kind === "refused" ? verdict.refusal.reason : "").toBe(
      "the password is not an auth token: there is no `?` after the host name; it looks as if all of it was percent-encoded once more",
    );
    expect(decisions[0]?.trace.at(-1)?.saw).toEqual({
      token: `<redacted, ${encodeURIComponent(token).length} characters>`,
      problem: "no-query",
      damage: "encoded-whole",
    });
  });
});
