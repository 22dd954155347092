/** The usual mistakes, made with the signers that clients use. */
import { createHash, createHmac } from "node:crypto";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "vitest";
import { TEST_ACCESS_KEY, TEST_HOST } from "../../test/fixtures/sigv4/sign-token.ts";
import { parseAuthToken } from "./parse-auth-token.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { diagnoseSignature, type SignatureDiagnosis } from "./signing-mistakes.ts";
import type { SigningMistakeKind, SigningSurroundings } from "./token-changes.ts";
import { verifySignature } from "./verify-signature.ts";

const OTHER_HOST = `${"b".repeat(26)}.dsql.us-east-1.on.aws`;
const OTHER_KEY = { accessKeyId: "AKIAFAKEFAKEOTHERKEY", secretAccessKey: "fake-secret-of-other" };
const SESSION_TOKEN = "fake+session/token==";
const SURROUNDINGS: SigningSurroundings = {
  hosts: [TEST_HOST, OTHER_HOST, "localhost"],
  regions: ["us-east-1", "eu-west-1"],
  accessKeys: [TEST_ACCESS_KEY, OTHER_KEY],
};

interface Signing {
  readonly hostname?: string;
  readonly region?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly expiresIn?: number;
}

/** A token for `DbConnect` of AWS's signer. */
function signed(given: Signing = {}): Promise<string> {
  const { hostname = TEST_HOST, region = "us-east-1", expiresIn = 900, ...credentials } = given;
  return new DsqlSigner({
    hostname,
    region,
    expiresIn,
    credentials: { ...TEST_ACCESS_KEY, ...credentials },
  }).getDbConnectAuthToken();
}

/** A token of the signer behind it, which can be told more. */
async function presigned(service: string, signingDate: Date): Promise<string> {
  const signer = new SignatureV4({
    service,
    region: "us-east-1",
    credentials: TEST_ACCESS_KEY,
    sha256: Sha256,
  });
  const request = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname: TEST_HOST,
      path: "/",
      query: { Action: "DbConnect" },
      headers: { host: TEST_HOST },
    },
    { expiresIn: 900, signingDate },
  );
  const query = Object.entries(request.query ?? {})
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join("&");
  return `${TEST_HOST}/?${query}`;
}

/** What the signer wants of a hash. */
class Sha256 {
  #hash: ReturnType<typeof createHash | typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as Uint8Array);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    this.#hash = createHash("sha256");
  }
}

function diagnose(text: string): SignatureDiagnosis["mistake"] | "match" {
  const result = parseAuthToken(text);
  if (result.kind === "malformed") throw new Error(result.problem);
  const { token } = result;
  const { secretAccessKey } = TEST_ACCESS_KEY;
  const keyCache = new SigningKeyCache();
  if (verifySignature({ token, secretAccessKey, keyCache }).kind === "match") return "match";
  return diagnoseSignature(token, secretAccessKey, SURROUNDINGS).mistake;
}

describe("the diagnosis of tokens of real signers", () => {
  test("is nothing when nothing is wrong", async () => {
    expect(diagnose(await signed())).toBe("match");
    expect(diagnose(await signed({ sessionToken: SESSION_TOKEN }))).toBe("match");
    expect(diagnose(await presigned("dsql", new Date()))).toBe("match");
  });

  test.each<[string, () => Promise<string>, SigningMistakeKind, string]>([
    [
      "a port that was signed and cut off",
      async () => (await signed({ hostname: `${TEST_HOST}:5432` })).replace(/:5432/, ""),
      "host-port",
      "the host was signed with port 5432, but the token has no port",
    ],
    [
      "the host of another cluster",
      async () => (await signed({ hostname: OTHER_HOST })).replace(OTHER_HOST, TEST_HOST),
      "host-of-other-cluster",
      `the token was signed for host \`${OTHER_HOST}\` and its host was changed afterwards`,
    ],
    [
      "an alias",
      async () => (await signed({ hostname: "localhost" })).replace("localhost", TEST_HOST),
      "host-of-other-cluster",
      "the token was signed for host `localhost` and its host was changed afterwards",
    ],
    [
      "another region in the scope",
      async () =>
        (await signed({ region: "eu-west-1" })).replace("%2Feu-west-1%2F", "%2Fus-east-1%2F"),
      "scope-changed",
      "the token was signed for region `eu-west-1` and `X-Amz-Credential` was changed afterwards",
    ],
    [
      "another service in the scope",
      async () => (await presigned("rds-db", new Date())).replace("%2Frds-db%2F", "%2Fdsql%2F"),
      "scope-changed",
      "the token was signed for service `rds-db` and `X-Amz-Credential` was changed afterwards",
    ],
    [
      "another action",
      async () => (await signed()).replace("Action=DbConnect&", "Action=DbConnectAdmin&"),
      "action-changed",
      "the token was signed for `DbConnect` and `Action` was changed afterwards",
    ],
    [
      "a lifetime that was made longer",
      async () => (await signed()).replace("Expires=900&", "Expires=604800&"),
      "lifetime-changed",
      "the token was signed for 900 seconds and `X-Amz-Expires` was changed afterwards",
    ],
    [
      "a token of yesterday with the date of today",
      async () =>
        (await presigned("dsql", new Date("2026-01-14T12:00:00Z"))).replaceAll(
          "20260114",
          "20260115",
        ),
      "date-changed",
      "the token was signed for 20260114 and its date was changed afterwards",
    ],
    [
      "a session token that was encoded twice",
      async () => {
        const token = await signed({ sessionToken: SESSION_TOKEN });
        return token.replace(
          /(Security-Token=)([^&]*)/,
          (_all, name: string, value: string) => name + encodeURIComponent(value),
        );
      },
      "session-token-damaged",
      "`X-Amz-Security-Token` is not what was signed: it was percent-encoded twice",
    ],
    [
      "a session token whose plus became a space",
      async () => (await signed({ sessionToken: SESSION_TOKEN })).replace("%2B", "%20"),
      "session-token-damaged",
      "`X-Amz-Security-Token` is not what was signed: a `+` in it has become a space: it was decoded as a form",
    ],
    [
      "the secret of another access key",
      () => signed({ secretAccessKey: OTHER_KEY.secretAccessKey }),
      "secret-of-other-key",
      "the secret is that of access key `AKIAFAKEFAKEOTHERKEY`",
    ],
    [
      "a secret in quotation marks",
      () => signed({ secretAccessKey: `"${TEST_ACCESS_KEY.secretAccessKey}"` }),
      "secret-damaged",
      "the secret access key was used in quotation marks",
    ],
    [
      "the access key id in place of the secret",
      () => signed({ secretAccessKey: TEST_ACCESS_KEY.accessKeyId }),
      "secret-is-no-secret",
      "the access key id was used as the secret access key",
    ],
    [
      "the session token in place of the secret",
      () => signed({ secretAccessKey: SESSION_TOKEN, sessionToken: SESSION_TOKEN }),
      "secret-is-no-secret",
      "the session token was used as the secret access key",
    ],
  ])("%s", async (_name, make, kind, description) => {
    expect(diagnose(await make())).toEqual({ kind, description });
  });

  test("is none of them for a secret that nobody knows, and for a cut signature", async () => {
    expect(diagnose(await signed({ secretAccessKey: "fake-secret-of-nobody" }))).toBeUndefined();
    const token = await signed();
    const zeros = token.replace(/(Signature=)\w{8}/, "$100000000");
    expect(diagnose(zeros)).toBeUndefined();
  });

  test("names no secret", async () => {
    const found = diagnose(await signed({ secretAccessKey: OTHER_KEY.secretAccessKey }));
    expect(JSON.stringify(found)).not.toContain(OTHER_KEY.secretAccessKey);
  });
});

/** A signer of one's own: everything but what the case is about is right. */
function handSigned({
  keyScope = ["20260115", "us-east-1", "dsql"],
  path = "/",
  payload = createHash("sha256").digest("hex"),
  encode = encodeURIComponent,
}: {
  readonly keyScope?: readonly string[];
  readonly path?: string;
  readonly payload?: string;
  readonly encode?: (text: string) => string;
}): string {
  const credential = `${TEST_ACCESS_KEY.accessKeyId}/20260115/us-east-1/dsql/aws4_request`;
  const parameters = [
    ["Action", "DbConnect"],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", credential],
    ["X-Amz-Date", "20260115T120000Z"],
    ["X-Amz-Expires", "900"],
    ["X-Amz-SignedHeaders", "host"],
  ] as const;
  const query = (how: (text: string) => string): string =>
    parameters.map(([name, value]) => `${name}=${how(value)}`).join("&");
  const request = ["GET", path, query(encode), `host:${TEST_HOST}`, "", "host", payload].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  const scope = credential.slice(credential.indexOf("/") + 1);
  const key = [...keyScope, "aws4_request"].reduce<Buffer | string>(
    (previous, part) => createHmac("sha256", previous).update(part).digest(),
    `AWS4${TEST_ACCESS_KEY.secretAccessKey}`,
  );
  const text = ["AWS4-HMAC-SHA256", "20260115T120000Z", scope, hash].join("\n");
  const signature = createHmac("sha256", key).update(text).digest("hex");
  return `${TEST_HOST}/?${query(encodeURIComponent)}&X-Amz-Signature=${signature}`;
}

describe("the diagnosis of tokens of a signer of one's own", () => {
  test.each<[Parameters<typeof handSigned>[0], string]>([
    [
      { keyScope: ["20260114", "us-east-1", "dsql"] },
      "the signing key was derived for 20260114, the scope says 20260115: a signing key lasts one day (UTC)",
    ],
    [
      { keyScope: ["20260115", "eu-west-1", "dsql"] },
      "the signing key was derived for region `eu-west-1`, the scope says `20260115/us-east-1/dsql/aws4_request`",
    ],
    [
      { keyScope: ["20260115", "us-east-1", "execute-api"] },
      "the signing key was derived for service `execute-api`, the scope says `20260115/us-east-1/dsql/aws4_request`",
    ],
    [
      { payload: "UNSIGNED-PAYLOAD" },
      "the hashed payload was signed as `UNSIGNED-PAYLOAD`, expected the SHA-256 of nothing",
    ],
    [
      { payload: "" },
      "the hashed payload was signed as an empty text, expected the SHA-256 of nothing",
    ],
    [{ path: "" }, "the path was signed as an empty text, expected `/`"],
    [{ encode: (text) => text }, "the parameters were signed without percent-encoding"],
    [
      { encode: (text) => encodeURIComponent(encodeURIComponent(text)) },
      "the parameters were percent-encoded twice when they were signed",
    ],
  ])("%j", (how, description) => {
    expect(diagnose(handSigned({}))).toBe("match");
    expect(diagnose(handSigned(how))).toMatchObject({ description });
  });
});
