/**
 * The published SigV4 test suite (access key `AKIDEXAMPLE`, region `us-east-1`, service `service`):
 * what is sent, which headers are signed, and the signature that AWS publishes.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
 */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canonicalPath } from "./request-canonical.ts";
import { parseRequestSignature } from "./request-parse-signature.ts";
import type { RequestFailure, RequestHeader } from "./request-signature.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { checkRequestSignature, verifyRequestSignature } from "./verify-request.ts";

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly RequestHeader[];
  readonly body?: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

const VANILLA = "host;x-amz-date";

const VECTORS: readonly Vector[] = [
  {
    name: "get-vanilla",
    target: "/",
    signedHeaders: VANILLA,
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-unreserved",
    target: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    signedHeaders: VANILLA,
    signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  },
  {
    name: "get-space",
    target: "/example space/",
    signedHeaders: VANILLA,
    signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
  },
  {
    name: "get-utf8",
    target: "/\u1234",
    signedHeaders: VANILLA,
    signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
  },
  {
    name: "normalize-path/get-slashes",
    target: "//example//",
    signedHeaders: VANILLA,
    signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
  },
  ...["//", "/./", "/example/..", "/example1/example2/../.."].map((target) => ({
    name: `normalize-path/to the root from ${target}`,
    target,
    signedHeaders: VANILLA,
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  })),
  {
    name: "get-vanilla-query-order-key-case",
    target: "/?Param2=value2&Param1=value1",
    signedHeaders: VANILLA,
    signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  {
    name: "get-vanilla-query-order-value",
    target: "/?Param1=value2&Param1=value1",
    signedHeaders: VANILLA,
    signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
  },
  {
    name: "get-vanilla-utf8-query",
    target: "/?\u1234=bar",
    signedHeaders: VANILLA,
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  {
    name: "get-header-value-order",
    target: "/",
    headers: ["value4", "value1", "value3", "value2"].map((value) => ["My-Header1", value]),
    signedHeaders: "host;my-header1;x-amz-date",
    signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
  },
  {
    name: "get-header-key-duplicate",
    target: "/",
    headers: ["value2", "value2", "value1"].map((value) => ["My-Header1", value]),
    signedHeaders: "host;my-header1;x-amz-date",
    signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
  },
  {
    name: "get-header-value-trim",
    target: "/",
    headers: [
      ["My-Header1", " value1"],
      ["My-Header2", ' "a   b   c"'],
    ],
    signedHeaders: "host;my-header1;my-header2;x-amz-date",
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "post-x-www-form-urlencoded",
    method: "POST",
    target: "/",
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    body: "Param1=value1",
    signedHeaders: "content-type;host;x-amz-date",
    signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  },
  {
    name: "a session token",
    target: "/",
    headers: [
      ["X-Amz-Security-Token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"],
    ],
    signedHeaders: "host;x-amz-date;x-amz-security-token",
    signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
  },
];

function outcome(vector: Vector): RequestFailure | "accepted" {
  const [rawPath = "", rawQuery = ""] = vector.target.split("?");
  const request = {
    method: vector.method ?? "GET",
    rawPath,
    rawQuery,
    headers: [
      ["Host", "example.amazonaws.com"],
      ["X-Amz-Date", "20150830T123600Z"],
      ...(vector.headers ?? []),
      [
        "Authorization",
        `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${vector.signedHeaders}, Signature=${vector.signature}`,
      ],
    ] as const,
  };
  const parsed = parseRequestSignature(request);
  if (parsed.kind === "refused") return parsed.failure;
  const { signature } = parsed;
  const now = new Date("2015-08-30T12:36:00Z");
  return (
    checkRequestSignature(request, signature, { now, services: ["service"] }) ??
    verifyRequestSignature({
      request,
      signature,
      bodyHash: createHash("sha256")
        .update(vector.body ?? "")
        .digest("hex"),
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      keyCache: new SigningKeyCache(),
    }) ??
    "accepted"
  );
}

describe("the published test suite", () => {
  test.each(VECTORS)("accepts $name", (vector) => {
    expect(outcome(vector)).toBe("accepted");
  });

  test.each(VECTORS)("refuses $name with another body", (vector) => {
    expect(outcome({ ...vector, body: "altered" })).toMatchObject({ kind: "signature-mismatch" });
  });
});

describe("the canonical path", () => {
  test.each([
    ["", "/"],
    ["/a%2Fb", "/a%252Fb"],
    ["/100%25", "/100%2525"],
    ["/a/..b/.c", "/a/..b/.c"],
    ["/a/b/../c/", "/a/c/"],
    ["/../../a", "/a"],
    ["/tags/arn%3Aaws", "/tags/arn%253Aaws"],
    ["/a/.", "/a/"],
    ["/a/b/..", "/a/"],
    ["/a..", "/a.."],
  ])("of %s is %s", (raw, canonical) => {
    expect(canonicalPath(raw, "dsql")).toBe(canonical);
  });

  test("of S3 is neither normalized nor encoded twice", () => {
    expect(canonicalPath("/a//%2E./b%2Fc", "s3")).toBe("/a//../b%2Fc");
  });
});
