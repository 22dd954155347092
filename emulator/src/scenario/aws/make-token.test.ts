import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { describe, expect, test } from "vitest";
import { makeToken, tamper } from "./make-token.ts";

const HOST = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws";
const SIGNED_AT = new Date("2026-03-01T12:00:00Z");
const CONTENTS = {
  host: HOST,
  region: "us-east-1",
  service: "dsql",
  action: "DbConnect",
  credentials: { accessKeyId: "AKIAEXAMPLEFAKEKEY01", secretAccessKey: "fake-secret" },
  expiresIn: "900",
  signedAt: SIGNED_AT,
};

function parametersOf(token: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(token.split("/?")[1]));
}

describe("makeToken", () => {
  test.each([
    ["long-term credentials", CONTENTS.credentials],
    ["a session", { ...CONTENTS.credentials, sessionToken: "fake/session+token==" }],
  ])("makes the token that AWS's signer makes of %s", async (_name, credentials) => {
    const signer = new DsqlSigner({ hostname: HOST, region: "us-east-1", credentials });
    const theirs = await signer.getDbConnectAuthToken();
    const [, date = ""] = /X-Amz-Date=(\w+)/.exec(theirs) ?? [];
    const signedAt = new Date(date.replace(/(....)(..)(..)T(..)(..)(..)/, "$1-$2-$3T$4:$5:$6"));
    const ours = await makeToken({ ...CONTENTS, credentials, signedAt });
    expect(parametersOf(ours)).toEqual(parametersOf(theirs));
    expect(ours.split("/?")[0]).toBe(HOST);
  });

  test("makes tokens that no signer makes", async () => {
    const token = await makeToken({ ...CONTENTS, expiresIn: "604801", scopeDate: "20260228" });
    expect(parametersOf(token)).toMatchObject({
      "X-Amz-Expires": "604801",
      "X-Amz-Date": "20260301T120000Z",
      "X-Amz-Credential": "AKIAEXAMPLEFAKEKEY01/20260228/us-east-1/dsql/aws4_request",
    });
  });
});

describe("tamper", () => {
  const TOKEN = "host/?Action=DbConnect&X-Amz-Expires=900&X-Amz-Signature=ab0";

  test("changes, leaves out and adds parameters", () => {
    expect(tamper(TOKEN, { Action: null, "X-Amz-Expires": 901, "X-Amz-More": "a/b" })).toBe(
      "host/?X-Amz-Expires=901&X-Amz-Signature=ab0&X-Amz-More=a%2Fb",
    );
  });

  test("changes the last digit of the signature", () => {
    expect(tamper(TOKEN, "signature")).toBe(
      "host/?Action=DbConnect&X-Amz-Expires=900&X-Amz-Signature=ab1",
    );
    expect(tamper(TOKEN, undefined)).toBe(TOKEN);
  });
});
