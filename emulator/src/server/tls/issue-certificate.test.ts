import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as X509Library from "@peculiar/x509";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as TlsModule from "./index.ts";
import { issueCaCertificate, issueServerCertificate } from "./issue-certificate.ts";
import { parseSubjectName } from "./subject-name.ts";

const VALIDITY = {
  notBefore: new Date("2026-01-01T00:00:00.789Z"),
  notAfter: new Date("2055-01-01T00:00:00.789Z"),
};
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

function keyPair(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function openssl(pem: string, ...command: string[]): string {
  return execFileSync("openssl", command, { input: pem, encoding: "utf8" });
}

/** Heading and content of each extension. */
function extensionsOf(pem: string): Readonly<Record<string, string>> {
  const text = openssl(pem, "x509", "-noout", "-text", "-certopt", "ext_parse");
  const [, block = ""] = /X509v3 extensions:\n([^]*?)\n {4}Signature Algorithm/.exec(text) ?? [];
  const parts = block.trim().split(/\s*\n\s*/);
  const entries = parts.flatMap((part, index) =>
    index % 2 === 0 ? [[part.replace("X509v3 ", ""), parts[index + 1] ?? ""] as const] : [],
  );
  return Object.fromEntries(entries);
}

describe.skipIf(!hasOpenssl)("what a certificate says, as OpenSSL reads it", () => {
  const issuer = { commonName: "fake CA", ...keyPair() };

  test("the CA's may sign certificates and revocation lists, for servers directly below it", async () => {
    const { "Subject Key Identifier:": keyId, ...rest } = extensionsOf(
      await issueCaCertificate(issuer, VALIDITY),
    );
    expect(rest).toEqual({
      "Basic Constraints: critical": "CA:TRUE, pathlen:0",
      "Key Usage: critical": "Certificate Sign, CRL Sign",
    });
    expect(keyId).toMatch(/^(?:[0-9A-F]{2}:){19}[0-9A-F]{2}$/);
  });

  test("a server's is for exactly its names, and names the key of its issuer", async () => {
    const names = ["a.example", "127.0.0.1", "::1", "::ffff:192.0.2.1", "2001:db8::1"];
    const { publicKey } = keyPair();
    const leaf = await issueServerCertificate(
      issuer,
      publicKey,
      names.map(parseSubjectName),
      VALIDITY,
    );
    const { "Subject Key Identifier:": keyId, ...rest } = extensionsOf(leaf);
    const ca = extensionsOf(await issueCaCertificate(issuer, VALIDITY));
    expect(rest).toEqual({
      "Basic Constraints: critical": "CA:FALSE",
      "Key Usage: critical": "Digital Signature",
      "Extended Key Usage:": "TLS Web Server Authentication",
      "Subject Alternative Name:":
        "DNS:a.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:0:0:0:0:0:FFFF:C000:201, IP Address:2001:DB8:0:0:0:0:0:1",
      "Authority Key Identifier:": ca["Subject Key Identifier:"],
    });
    expect(keyId).not.toBe(ca["Subject Key Identifier:"]);
  });

  test("times are whole seconds, also after 2049", async () => {
    const structure = openssl(await issueCaCertificate(issuer, VALIDITY), "asn1parse");
    expect(structure.match(/(?:UTC|GENERALIZED)TIME\s*:\S+/g)).toEqual([
      expect.stringMatching(/^UTCTIME\s*:260101000000Z$/),
      expect.stringMatching(/^GENERALIZEDTIME\s*:20550101000000Z$/),
    ]);
  });
});

test("serial numbers are positive, of 16 random bytes, and never the same", async () => {
  const issuer = { commonName: "fake CA", ...keyPair() };
  const names = [parseSubjectName("a.example")];
  const serials = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const pem = await issueServerCertificate(issuer, issuer.publicKey, names, VALIDITY);
      return new X509Certificate(pem).serialNumber;
    }),
  );
  expect(new Set(serials).size).toBe(40);
  expect(serials.filter((serial) => !/^[0-9A-F]{1,32}$/.test(serial))).toEqual([]);
  // Half of them begin with a set bit, which would be a sign without a zero before it.
  expect(serials.some((serial) => serial.length === 32 && /^[89A-F]/.test(serial))).toBe(true);
  expect(Math.max(...serials.map(({ length }) => length))).toBe(32);
});

describe("the certificate library", () => {
  const loaded: string[] = [];
  let failures = 0;
  let directory: string;

  /** As in a process that has loaded nothing. */
  function freshModules(): Promise<typeof TlsModule> {
    loaded.length = 0;
    vi.resetModules();
    vi.doMock("reflect-metadata", async (importOriginal) => {
      loaded.push("reflect-metadata");
      return importOriginal<object>();
    });
    vi.doMock("@peculiar/x509", async (importOriginal) => {
      loaded.push("@peculiar/x509");
      const original = await importOriginal<typeof X509Library>();
      const { X509CertificateGenerator: generator } = original;
      const create: typeof generator.create = async (...args) => {
        failures -= 1;
        if (failures >= 0) throw new Error("no certificate this time");
        return generator.create(...args);
      };
      return { ...original, X509CertificateGenerator: { create } };
    });
    return import("./index.ts");
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "library-"));
  });

  afterEach(() => {
    vi.doUnmock("reflect-metadata");
    vi.doUnmock("@peculiar/x509");
    vi.resetModules();
    failures = 0;
    rmSync(directory, { recursive: true, force: true });
  });

  test("is loaded for a new CA, and not for one that is there until a certificate is asked for", async () => {
    const first = await freshModules();
    expect(loaded).toEqual([]);
    await first.openCertificateAuthority({ directory });
    expect(loaded).toEqual(["reflect-metadata", "@peculiar/x509"]);

    const second = await freshModules();
    const authority = await second.openCertificateAuthority({ directory });
    expect(loaded).toEqual([]);
    await Promise.all([authority.leafFor("a.example"), authority.defaultLeaf()]);
    expect(loaded).toEqual(["reflect-metadata", "@peculiar/x509"]);
  });

  test("fails for those who wait for the certificate, and is asked again by the next", async () => {
    const { openCertificateAuthority } = await freshModules();
    const authority = await openCertificateAuthority({ directory });
    failures = 1;
    const both = [authority.leafFor("a.example"), authority.leafFor("a.example")];
    expect(await Promise.allSettled(both)).toEqual([
      { status: "rejected", reason: new Error("no certificate this time") },
      { status: "rejected", reason: new Error("no certificate this time") },
    ]);
    const context = await authority.leafFor("a.example");
    expect(await authority.leafFor("a.example")).toBe(context);
  });
});
