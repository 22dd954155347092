import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import type { FoundProvider } from "../iam/index.ts";
import { isLoopback, OidcTokens } from "./oidc-keys.ts";

let token: string;
let keySet: string;
let server: Server;
let port: number;
let directory: string;
const asked: string[] = [];

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one" }] });
  token = await new SignJWT({ sub: "a", exp: Date.parse("2026-01-02T04:00:00Z") / 1000 })
    .setProtectedHeader({ alg: "ES256", kid: "one" })
    .sign(privateKey);
  directory = mkdtempSync(join(tmpdir(), "oidc-keys-"));
  writeFileSync(join(directory, "keys.json"), keySet);
  writeFileSync(join(directory, "broken.json"), "{");
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/keys") response.end(keySet);
    else if (request.url === "/null") response.end("null");
    else if (request.url === "/long") response.end(`"${"x".repeat(262_144)}"`);
    else if (request.url === "/moved") response.writeHead(302, { location: "/keys" }).end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

async function verify(keys: FoundProvider["keys"], url = "id.example.com"): Promise<object> {
  const arn = `arn:aws:iam::123456789012:oidc-provider/${url}`;
  const provider = { arn, url, clientIds: [], ...(keys === undefined ? {} : { keys }) };
  return new OidcTokens(new FixedClock()).verify(provider, token);
}

const VERIFIED = { kind: "verified", claims: { sub: "a", exp: 1_767_326_400 } };

describe("keys of OpenID Connect providers", () => {
  test("inline, in a file, behind a URL on a loopback address", async () => {
    expect(await verify({ jwks: JSON.parse(keySet) as Record<string, unknown> })).toEqual(VERIFIED);
    expect(await verify({ jwksFile: join(directory, "keys.json") })).toEqual(VERIFIED);
    expect(await verify({ jwksUrl: `http://127.0.0.1:${port}/keys` })).toEqual(VERIFIED);
    expect(asked).toContain("/keys");
  });

  test.each(["/none", "/null", "/long", "/moved"])("no keys from %s", async (path) => {
    const before = asked.filter((url) => url === "/keys").length;
    const verified = await verify({ jwksUrl: `http://127.0.0.1:${port}${path}` });
    expect(verified).toMatchObject({ kind: "no-keys" });
    // A redirect is not followed.
    expect(asked.filter((url) => url === "/keys")).toHaveLength(before);
  });

  test("no keys from a file that is not there or no JSON", async () => {
    expect(await verify({ jwksFile: join(directory, "none.json") })).toMatchObject({
      kind: "no-keys",
    });
    expect(await verify({ jwksFile: join(directory, "broken.json") })).toMatchObject({
      kind: "no-keys",
    });
  });

  test("without keys the provider is asked, but only on a loopback address", async () => {
    expect(await verify(undefined)).toEqual({
      kind: "no-keys",
      reason:
        "keys of id.example.com: https://id.example.com/.well-known/openid-configuration is not on a loopback address: give the keys as jwks or jwksFile",
    });
    // Nothing speaks TLS there.
    expect(await verify(undefined, `127.0.0.1:${port}`)).toMatchObject({ kind: "no-keys" });
  });

  test.each([
    [{}],
    [{ keys: "x" }],
    [{ keys: [null] }],
    [{ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "one" }] }],
    [{ keys: [{ kty: "EC", crv: "P-256", kid: "one" }] }],
    [{ keys: [] }],
  ])("a key set %j has no key that can be used", async (jwks) => {
    expect(await verify({ jwks })).toMatchObject({ kind: "no-keys" });
  });

  test.each([
    ["localhost", true],
    ["127.0.0.1", true],
    ["127.255.1.2", true],
    ["[::1]", true],
    ["128.0.0.1", false],
    ["127.0.0.1.example.com", false],
    ["localhost.example.com", false],
    ["0.0.0.0", false],
    ["169.254.169.254", false],
    ["[::ffff:7f00:1]", false],
  ])("%s is this machine: %s", (host, isIt) => {
    expect(isLoopback(host)).toBe(isIt);
  });
});
