import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "vitest";
import { NodeSha256 } from "../../test/fixtures/aws/sign-request.ts";
import { readRequestQuery } from "./request-canonical.ts";
import { parseRequestSignature } from "./request-parse-signature.ts";
import type { RequestFailure, RequestHeader, SignedRequest } from "./request-signature.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { checkRequestSignature, verifyRequestSignature } from "./verify-request.ts";

const SIGNED_AT = new Date("2026-01-15T12:00:00.000Z");
const SECRET = "fake-secret-for-tests";
const ACCESS_KEY_ID = "AKIAFAKEFAKEFAKEFAKE";

interface Sent extends SignedRequest {
  readonly body: string;
}

interface Unsigned {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly sessionToken?: string;
  readonly service?: string;
}

function signer({ sessionToken, service = "sts" }: Unsigned, applyChecksum: boolean): SignatureV4 {
  return new SignatureV4({
    service,
    region: "eu-west-1",
    credentials: {
      accessKeyId: ACCESS_KEY_ID,
      secretAccessKey: SECRET,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    sha256: NodeSha256,
    applyChecksum,
  });
}

function requestOf({
  method = "POST",
  path = "/",
  query = {},
  headers = {},
  body = "",
}: Unsigned): Parameters<SignatureV4["presign"]>[0] {
  return {
    method,
    protocol: "http:",
    hostname: "localhost",
    path,
    query,
    headers: { host: "localhost:9432", ...headers },
    body,
  };
}

function rawQueryOf(query: Record<string, string | string[] | null> = {}): string {
  return Object.entries(query)
    .flatMap(([name, values]) =>
      [values ?? ""]
        .flat()
        .map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join("&");
}

type Signed = Awaited<ReturnType<SignatureV4["presign"]>>;

function sent(signed: Signed, body: string): Sent {
  return {
    method: signed.method,
    rawPath: signed.path,
    rawQuery: rawQueryOf(signed.query),
    headers: Object.entries(signed.headers),
    body,
  };
}

async function signInHeaders(unsigned: Unsigned = {}, applyChecksum = true): Promise<Sent> {
  const request = requestOf(unsigned);
  const signed = await signer(unsigned, applyChecksum).sign(request, { signingDate: SIGNED_AT });
  return sent(signed, unsigned.body ?? "");
}

async function presign(unsigned: Unsigned = {}, expiresIn = 900): Promise<Sent> {
  const request = requestOf({ method: "GET", ...unsigned });
  const signed = await signer(unsigned, true).presign(request, {
    signingDate: SIGNED_AT,
    expiresIn,
  });
  return sent(signed, unsigned.body ?? "");
}

interface Receiver {
  readonly now?: Date;
  readonly secretAccessKey?: string;
  readonly services?: readonly string[];
}

function verify(
  request: Sent,
  { now = SIGNED_AT, secretAccessKey = SECRET, services = ["iam", "sts"] }: Receiver = {},
): RequestFailure | "accepted" {
  const parsed = parseRequestSignature(request);
  if (parsed.kind === "refused") return parsed.failure;
  const { signature } = parsed;
  return (
    checkRequestSignature(request, signature, { now, services }) ??
    verifyRequestSignature({
      request,
      signature,
      bodyHash: createHash("sha256").update(request.body).digest("hex"),
      secretAccessKey,
      keyCache: new SigningKeyCache(),
    }) ??
    "accepted"
  );
}

function header(request: Sent, name: string): string {
  return request.headers.find(([candidate]) => candidate === name)?.[1] ?? "";
}

function withHeader(request: Sent, name: string, value: string | undefined): Sent {
  const others: RequestHeader[] = request.headers.filter(([candidate]) => candidate !== name);
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

function withAuthorization(request: Sent, change: (text: string) => string): Sent {
  return withHeader(request, "authorization", change(header(request, "authorization")));
}

function at(seconds: number): Date {
  return new Date(SIGNED_AT.getTime() + seconds * 1000);
}

const BODY = "Action=GetCallerIdentity&Version=2011-06-15";

describe("a request that is signed in its headers", () => {
  test.each<[string, Unsigned, boolean]>([
    ["with the hash of its body", { body: BODY }, true],
    ["without the hash of its body", { body: BODY }, false],
    ["without a body", { method: "GET" }, true],
    ["with a session token", { body: BODY, sessionToken: "fake+session/token==" }, true],
    ["with spaces in a header", { body: BODY, headers: { "x-amz-meta": "  a   b  " } }, true],
    ["with an encoded ARN in its path", { path: "/tags/arn%3Aaws%3Adsql" }, true],
    ["with a repeated parameter", { query: { tagKeys: ["b", "a"], "next token": "a b" } }, true],
    ["with reserved characters in its query", { query: { q: "*'()!~+=&é" } }, true],
  ])("is accepted %s", async (_how, unsigned, applyChecksum) => {
    expect(verify(await signInHeaders(unsigned, applyChecksum))).toBe("accepted");
  });

  test("is accepted with its date in the HTTP header Date alone", async () => {
    const date = "Thu, 15 Jan 2026 12:00:00 GMT";
    // The SDK's signer takes the header away, so this request is signed by hand.
    const request = withHeader(await signInHeaders({ body: BODY }, false), "date", date);
    const scope = "20260115/eu-west-1/sts/aws4_request";
    const canonical = `POST\n/\n\ndate:${date}\nhost:localhost:9432\n\ndate;host\n${createHash("sha256").update(BODY).digest("hex")}`;
    const text = `AWS4-HMAC-SHA256\n20260115T120000Z\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
    const key = ["20260115", "eu-west-1", "sts", "aws4_request"].reduce<string | Buffer>(
      (previous, part) => createHmac("sha256", previous).update(part).digest(),
      `AWS4${SECRET}`,
    );
    const signature = createHmac("sha256", key).update(text).digest("hex");
    const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY_ID}/${scope},SignedHeaders=date;host,Signature=${signature}`;
    const byDate = withHeader(
      withHeader(request, "x-amz-date", undefined),
      "authorization",
      authorization,
    );
    expect(verify(byDate)).toBe("accepted");
    expect(verify(withHeader(byDate, "date", "15 Jan 2026 12:00:00 GMT"))).toEqual({
      kind: "malformed-date",
    });
  });

  test.each<[string, (request: Sent) => Sent]>([
    ["method", (request) => ({ ...request, method: "PUT" })],
    ["path", (request) => ({ ...request, rawPath: "/other" })],
    ["escape in its path", (request) => ({ ...request, rawPath: "/a/b" })],
    ["query", (request) => ({ ...request, rawQuery: "a=2" })],
    ["plus in its query", (request) => ({ ...request, rawQuery: "a=1+1" })],
    ["host", (request) => withHeader(request, "host", "localhost:9433")],
    ["content type", (request) => withHeader(request, "content-type", "text/plain")],
    [
      "region",
      (request) => withAuthorization(request, (text) => text.replace("eu-west-1", "us-east-1")),
    ],
    ["service", (request) => withAuthorization(request, (text) => text.replace("/sts/", "/iam/"))],
    [
      "signature",
      (request) =>
        withAuthorization(request, (text) =>
          text.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
        ),
    ],
    ["signature's length", (request) => withAuthorization(request, (text) => text.slice(0, -1))],
    [
      "signature's case",
      (request) =>
        withAuthorization(request, (text) =>
          text.replace(/[0-9a-f]+$/, (hex) => hex.toUpperCase()),
        ),
    ],
  ])("is refused after its %s was changed", async (_part, alter) => {
    const request = await signInHeaders({
      path: "/a%2Fb",
      query: { a: "1+1" },
      body: BODY,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(verify(request)).toBe("accepted");
    expect(verify(alter(request))).toMatchObject({ kind: "signature-mismatch" });
  });

  test("is refused for a body that is not that of the hash it gives", async () => {
    const request = await signInHeaders({ body: BODY });
    expect(verify({ ...request, body: `${BODY} ` })).toEqual({ kind: "body-hash-mismatch" });
  });

  test("is refused for another body when it gives no hash", async () => {
    const request = await signInHeaders({ body: BODY }, false);
    expect(verify({ ...request, body: `${BODY} ` })).toMatchObject({ kind: "signature-mismatch" });
  });

  test.each(["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])(
    "is refused when it does not sign its body: %s",
    async (hash) => {
      const headers = { "x-amz-content-sha256": hash };
      const request = await signInHeaders({ body: BODY, headers });
      expect(verify(request)).toEqual({ kind: "body-not-signed" });
    },
  );

  test("is refused when the secret is another, and then shows neither token nor signature", async () => {
    const request = await signInHeaders({ sessionToken: "fake+session/token" });
    const failure = verify(request, { secretAccessKey: "another-fake-secret" });
    const emptyHash = createHash("sha256").digest("hex");
    expect(failure).toEqual({
      kind: "signature-mismatch",
      canonicalRequest: [
        "POST",
        "/",
        "",
        "host:localhost:9432",
        `x-amz-content-sha256:${emptyHash}`,
        "x-amz-date:20260115T120000Z",
        "x-amz-security-token:<redacted, 18 characters>",
        "",
        "host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
        emptyHash,
      ].join("\n"),
      stringToSign: expect.stringMatching(
        /^AWS4-HMAC-SHA256\n20260115T120000Z\n20260115\/eu-west-1\/sts\/aws4_request\n[0-9a-f]{64}$/,
      ) as string,
      computedSignaturePrefix: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
  });

  test("is refused when a header of AWS was added to it", async () => {
    const request = withHeader(await signInHeaders(), "X-Amz-Security-Token", "fake-token");
    expect(verify(request)).toEqual({
      kind: "header-not-signed",
      header: "x-amz-security-token",
    });
  });

  test("is refused when it does not sign its host", async () => {
    const request = withAuthorization(await signInHeaders(), (text) => text.replace("host;", ""));
    expect(verify(request)).toEqual({ kind: "header-not-signed", header: "host" });
  });

  test("is refused when a signed header is gone", async () => {
    const request = await signInHeaders({ headers: { "content-type": "text/plain" } });
    expect(verify(withHeader(request, "content-type", undefined))).toEqual({
      kind: "signed-header-absent",
      header: "content-type",
    });
  });

  test("is refused for another service", async () => {
    const request = await signInHeaders({ service: "dsql" });
    expect(verify(request)).toEqual({
      kind: "wrong-service",
      seen: "dsql",
      expected: ["iam", "sts"],
    });
  });

  test("is refused when its scope is of another day", async () => {
    const request = withAuthorization(await signInHeaders(), (text) =>
      text.replace("/20260115/", "/20260114/"),
    );
    expect(verify(request)).toEqual({
      kind: "wrong-scope-date",
      seen: "20260114",
      expected: "20260115",
    });
  });

  test("is accepted up to five minutes before and after", async () => {
    const request = await signInHeaders();
    expect(verify(request, { now: at(300) })).toBe("accepted");
    expect(verify(request, { now: at(-300) })).toBe("accepted");
    expect(verify(request, { now: at(301) })).toEqual({
      kind: "expired",
      form: "header",
      at: SIGNED_AT,
      limit: at(1),
      now: at(301),
    });
    expect(verify(request, { now: at(-301) })).toEqual({
      kind: "not-yet-valid",
      at: SIGNED_AT,
      limit: at(-1),
      now: at(-301),
    });
  });

  test.each<[string, (text: string) => string, RequestFailure]>([
    [
      "another algorithm",
      (text) => text.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
      { kind: "unsupported-algorithm", form: "header" },
    ],
    ["no algorithm", () => "Bearer fake", { kind: "unsupported-algorithm", form: "header" }],
    [
      "a part twice",
      (text) => `${text}, Signature=00`,
      { kind: "unreadable-signature", form: "header" },
    ],
    ["a part without =", (text) => `${text}, x`, { kind: "unreadable-signature", form: "header" }],
    [
      "four parts of the credential",
      (text) => text.replace("/aws4_request", ""),
      { kind: "malformed-credential" },
    ],
    [
      "another terminator",
      (text) => text.replace("aws4_request", "aws5_request"),
      { kind: "malformed-credential" },
    ],
    [
      "unsorted headers",
      (text) => text.replace(/SignedHeaders=[^,]+/, "SignedHeaders=x-amz-date;host"),
      { kind: "malformed-signed-headers" },
    ],
    [
      "a header twice",
      (text) => text.replace("host;", "host;host;"),
      { kind: "malformed-signed-headers" },
    ],
    [
      "a header in upper case",
      (text) => text.replace("host;", "Host;"),
      { kind: "malformed-signed-headers" },
    ],
  ])("is refused for %s", async (_what, change, failure) => {
    expect(verify(withAuthorization(await signInHeaders(), change))).toEqual(failure);
  });

  test("is refused with all that it lacks", async () => {
    const request = withHeader(
      withAuthorization(await signInHeaders(), () => "AWS4-HMAC-SHA256 Credential="),
      "x-amz-date",
      undefined,
    );
    expect(verify(request)).toEqual({
      kind: "incomplete-signature",
      form: "header",
      missing: ["Credential", "Signature", "SignedHeaders", "Date"],
      headerCharacters: 28,
    });
  });

  test("is refused when it has two dates", async () => {
    const request = await signInHeaders();
    const twice: Sent = {
      ...request,
      headers: [...request.headers, ["X-Amz-Date", "20260115T120000Z"]],
    };
    expect(verify(twice)).toEqual({ kind: "malformed-date" });
  });

  test("is refused when it has two Authorization headers", async () => {
    const request = await signInHeaders();
    const authorization = header(request, "authorization");
    const twice: Sent = {
      ...request,
      headers: [...request.headers, ["Authorization", authorization]],
    };
    expect(verify(twice)).toEqual({ kind: "unreadable-signature", form: "header" });
  });
});

describe("a presigned request", () => {
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };

  test.each<[string, Unsigned]>([
    ["as it is", { query }],
    ["with a session token", { query, sessionToken: "fake+session/token==" }],
    ["with a body", { query, method: "POST", body: BODY }],
    ["with a signed header", { query, headers: { "x-k8s-aws-id": "a-cluster" } }],
  ])("is accepted %s", async (_how, unsigned) => {
    expect(verify(await presign(unsigned))).toBe("accepted");
  });

  test.each<[string, (rawQuery: string) => string]>([
    ["parameter", (text) => text.replace("GetCallerIdentity", "GetSessionToken")],
    ["lifetime", (text) => text.replace("X-Amz-Expires=900", "X-Amz-Expires=901")],
    ["session token", (text) => text.replace("fake-token", "fake-tokem")],
    ["parameters by one more", (text) => `${text}&a=b`],
  ])("is refused after a change of its %s", async (_what, change) => {
    const request = await presign({ query, sessionToken: "fake-token" });
    const altered = { ...request, rawQuery: change(request.rawQuery) };
    expect(verify(altered)).toMatchObject({ kind: "signature-mismatch" });
  });

  test("is refused when a header of AWS was added to it", async () => {
    const request = withHeader(await presign({ query }), "x-amz-target", "other");
    expect(verify(request)).toEqual({ kind: "header-not-signed", header: "x-amz-target" });
  });

  test("is valid for as long as it says", async () => {
    const request = await presign({ query });
    expect(verify(request, { now: at(899) })).toBe("accepted");
    expect(verify(request, { now: at(900) })).toEqual({
      kind: "expired",
      form: "query",
      at: at(900),
      limit: at(900),
      now: at(900),
    });
    expect(verify(request, { now: at(-300) })).toBe("accepted");
    expect(verify(request, { now: at(-301) })).toMatchObject({ kind: "not-yet-valid" });
  });

  test.each<[string, RequestFailure]>([
    ["604801", { kind: "expires-too-long", maxSeconds: 604_800 }],
    ["0", { kind: "malformed-expires" }],
    ["-1", { kind: "malformed-expires" }],
    ["900s", { kind: "malformed-expires" }],
  ])("is refused with X-Amz-Expires=%s", async (expires, failure) => {
    const request = await presign({ query });
    const rawQuery = request.rawQuery.replace("X-Amz-Expires=900", `X-Amz-Expires=${expires}`);
    expect(verify({ ...request, rawQuery })).toEqual(failure);
  });

  test.each([
    ["its own", createHash("sha256").digest("hex"), "accepted"],
    ["another", createHash("sha256").update("a").digest("hex"), { kind: "body-hash-mismatch" }],
    ["an empty", "", { kind: "body-hash-mismatch" }],
    ["no", "UNSIGNED-PAYLOAD", { kind: "body-not-signed" }],
  ])("with a hash of %s body in its query is answered so", async (_whose, hash, outcome) => {
    const request = await presign({ query: { ...query, "X-Amz-Content-Sha256": hash } });
    expect(verify(request)).toEqual(outcome);
  });

  test("may be valid for a week", async () => {
    const week = await presign({ query }, 604_800);
    expect(verify(week, { now: at(604_799) })).toBe("accepted");
  });

  test("is refused with all that it lacks", async () => {
    const request = await presign({ query });
    expect(verify({ ...request, rawQuery: "X-Amz-Signature=00" })).toEqual({
      kind: "incomplete-signature",
      form: "query",
      missing: ["Algorithm", "Credential", "SignedHeaders", "Date", "Expires"],
      headerCharacters: 0,
    });
  });

  test("is refused with another algorithm", async () => {
    const request = await presign({ query });
    const rawQuery = request.rawQuery.replace("AWS4-HMAC-SHA256", "AWS3");
    expect(verify({ ...request, rawQuery })).toEqual({
      kind: "unsupported-algorithm",
      form: "query",
    });
  });

  test("is refused when a part of the signature comes twice", async () => {
    const request = await presign({ query });
    const rawQuery = `${request.rawQuery}&X-Amz-Expires=900`;
    expect(verify({ ...request, rawQuery })).toEqual({
      kind: "unreadable-signature",
      form: "query",
    });
  });
});

describe("a request", () => {
  test("is refused when it is signed in both forms", async () => {
    const request = await signInHeaders();
    expect(verify({ ...request, rawQuery: "X-Amz-Signature=00" })).toEqual({
      kind: "two-signatures",
    });
  });

  test("is refused when it is not signed", async () => {
    const request = withHeader(await signInHeaders(), "authorization", undefined);
    expect(verify(request)).toEqual({ kind: "no-signature" });
  });

  test("is refused when its query cannot be decoded", async () => {
    expect(verify({ ...(await signInHeaders()), rawQuery: "a=%zz" })).toEqual({
      kind: "unreadable-signature",
      form: "query",
    });
  });
});

describe("a query", () => {
  test("is read as a form: a plus is a space, an escape is decoded once, a name may have no value", () => {
    expect(readRequestQuery("a+b=c%2B%2525&d&=e&&f=g=h")).toEqual([
      ["a b", "c+%25"],
      ["d", ""],
      ["", "e"],
      ["f", "g=h"],
    ]);
  });
});
