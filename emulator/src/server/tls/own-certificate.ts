/** The server certificate that the user gives. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { CertificateError } from "./certificate-error.ts";

/** Paths of PEM files. */
export interface OwnCertificateFiles {
  /** The server's certificate first, then those that lead to the root, if any. */
  readonly certificateFile: string;
  /** The private key of the server's certificate, not encrypted. */
  readonly keyFile: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Reads a certificate with its key, for all connections.
 *
 * @throws CertificateError when a file cannot be read or understood, or they do not belong together
 */
export function ownCertificate({ certificateFile, keyFile }: OwnCertificateFiles): SecureContext {
  const cert = read(certificateFile);
  const key = read(keyFile);
  const [certificate] = parseCertificates(certificateFile, cert);
  if (certificate?.checkPrivateKey(parseKey(keyFile, key)) !== true) {
    throw new CertificateError(
      `\`${keyFile}\` is not the key of the first certificate in \`${certificateFile}\`: the server's certificate must stand first`,
    );
  }
  try {
    return createSecureContext({ cert, key, minVersion: "TLSv1.2" });
  } catch (error) {
    throw new CertificateError(
      `\`${certificateFile}\` with \`${keyFile}\` cannot be used for TLS (${messageOf(error)})`,
      { cause: error },
    );
  }
}

function parseCertificates(file: string, pem: string): readonly X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    throw new CertificateError(`\`${file}\` has no certificate in PEM`);
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new CertificateError(
        `certificate ${index + 1} in \`${file}\` cannot be read (${messageOf(error)})`,
        { cause: error },
      );
    }
  });
}

function parseKey(file: string, pem: string): KeyObject {
  if (/^(?:-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)/m.test(pem)) {
    throw new CertificateError(
      `\`${file}\` is encrypted with a passphrase: give a key without one`,
    );
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new CertificateError(`\`${file}\` has no private key in PEM`, { cause: error });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CertificateError(`\`${file}\` cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** Names of system errors and of OpenSSL's; neither quotes what it has read. */
function messageOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown error";
}
