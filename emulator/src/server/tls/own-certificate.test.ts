import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CertificateError } from "./certificate-error.ts";
import { issueCaCertificate } from "./issue-certificate.ts";
import { ownCertificate } from "./own-certificate.ts";

const VALIDITY = {
  notBefore: new Date("2026-01-01T00:00:00Z"),
  notAfter: new Date("2036-01-01T00:00:00Z"),
};
let directory: string;
let files: { certificateFile: string; keyFile: string };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "own-certificate-"));
  files = { certificateFile: join(directory, "tls.crt"), keyFile: join(directory, "tls.key") };
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function pair(): Promise<{ privateKey: KeyObject; key: string; certificate: string }> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = await issueCaCertificate({ commonName: "fake", privateKey }, VALIDITY);
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { privateKey, key, certificate };
}

function failure(certificate: string, key: string): string {
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.keyFile, key);
  try {
    ownCertificate(files);
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("the user's own certificate", () => {
  test("is accepted with its key, also with a chain and text between the blocks", async () => {
    const [own, issuer] = [await pair(), await pair()];
    expect(failure(own.certificate, own.key)).toBe("accepted");
    expect(failure(`own:\n${own.certificate}issuer:\n${issuer.certificate}`, own.key)).toBe(
      "accepted",
    );
  });

  test("is refused with the key of another one, or when it does not stand first", async () => {
    const [own, issuer] = [await pair(), await pair()];
    const expected = `\`${files.keyFile}\` is not the key of the first certificate in \`${files.certificateFile}\`: the server's certificate must stand first`;
    expect(failure(own.certificate, issuer.key)).toBe(expected);
    expect(failure(issuer.certificate + own.certificate, own.key)).toBe(expected);
  });

  test("is refused when the file has none", async () => {
    const own = await pair();
    const expected = `\`${files.certificateFile}\` has no certificate in PEM`;
    expect(failure("", own.key)).toBe(expected);
    expect(failure(own.key, own.key)).toBe(expected);
    expect(failure(own.certificate.slice(0, 100), own.key)).toBe(expected);
  });

  test("is refused when one of the chain is broken, with its number", async () => {
    const own = await pair();
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(failure(own.certificate + broken, own.key)).toMatch(
      new RegExp(
        `^certificate 2 in \`${files.certificateFile}\` cannot be read \\(ERR_OSSL_\\w+\\)$`,
      ),
    );
  });

  test("is refused with a key that is none", async () => {
    const own = await pair();
    const expected = `\`${files.keyFile}\` has no private key in PEM`;
    expect(failure(own.certificate, "")).toBe(expected);
    expect(failure(own.certificate, own.certificate)).toBe(expected);
    expect(failure(own.certificate, own.key.slice(0, 60))).toBe(expected);
  });

  test.each(["pkcs8", "sec1"] as const)("is refused with an encrypted key (%s)", async (type) => {
    const own = await pair();
    const cipher = { cipher: "aes-256-cbc", passphrase: "fake" } as const;
    const key = own.privateKey.export({ type, format: "pem", ...cipher }).toString();
    expect(failure(own.certificate, key)).toBe(
      `\`${files.keyFile}\` is encrypted with a passphrase: give a key without one`,
    );
  });

  test("is refused when a file cannot be read", async () => {
    writeFileSync(files.certificateFile, (await pair()).certificate);
    expect(() => ownCertificate(files)).toThrow(`\`${files.keyFile}\` cannot be read (ENOENT)`);
  });
});
