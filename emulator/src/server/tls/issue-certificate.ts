/**
 * Makes X.509 certificates of P-256 keys: the CA's own and those of servers.
 *
 * The library is loaded when the first certificate has to be made, so that a start with an existing
 * CA does not wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280
 */
import { createPublicKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import type * as X509Library from "@peculiar/x509";
import type { SubjectName } from "./subject-name.ts";

type X509 = typeof X509Library;
/** The library names the type of the DOM, which Node's WebCrypto implements. */
type LibraryCrypto = ReturnType<X509["cryptoProvider"]["get"]>;

/** From when until when a certificate is valid, in whole seconds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A CA that signs: its key and its subject's common name. */
export interface Issuer {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

/** SPEC: RFC 5280 limits a common name to 64 characters. */
const MAX_COMMON_NAME_LENGTH = 64;
const FALLBACK_COMMON_NAME = "dsql-emulator";
const SERIAL_NUMBER_BYTES = 16;
const KEY_ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING_ALGORITHM = { name: "ECDSA", hash: "SHA-256" } as const;

let library: Promise<X509> | undefined;

/** Makes the self-signed certificate of a CA that issues server certificates only. Returns PEM. */
export async function issueCaCertificate(issuer: Issuer, validity: Validity): Promise<string> {
  const x509 = await loadLibrary();
  const publicKey = createPublicKey(issuer.privateKey);
  return issue(x509, issuer, issuer.commonName, publicKey, validity, [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(await importPublicKey(publicKey)),
  ]);
}

/** Makes the certificate of a server. Returns PEM. @param names at least one */
export async function issueServerCertificate(
  issuer: Issuer,
  publicKey: KeyObject,
  names: readonly SubjectName[],
  validity: Validity,
): Promise<string> {
  const x509 = await loadLibrary();
  const [first] = names.map((name) => (name.kind === "dns" ? name.hostName : name.text));
  const fits = first !== undefined && first.length <= MAX_COMMON_NAME_LENGTH;
  const issuerKey = await importPublicKey(createPublicKey(issuer.privateKey));
  return issue(x509, issuer, fits ? first : FALLBACK_COMMON_NAME, publicKey, validity, [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      names.map((name) =>
        name.kind === "dns"
          ? { type: "dns", value: name.hostName }
          : { type: "ip", value: name.text },
      ),
    ),
    await x509.SubjectKeyIdentifierExtension.create(await importPublicKey(publicKey)),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey),
  ]);
}

async function issue(
  x509: X509,
  issuer: Issuer,
  commonName: string,
  publicKey: KeyObject,
  validity: Validity,
  extensions: X509Library.Extension[],
): Promise<string> {
  const parameters: X509Library.X509CertificateCreateParams = {
    serialNumber: randomBytes(SERIAL_NUMBER_BYTES).toString("hex"),
    issuer: nameOf(issuer.commonName),
    subject: nameOf(commonName),
    ...validity,
    publicKey: await importPublicKey(publicKey),
    signingKey: await importPrivateKey(issuer.privateKey),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions,
  };
  const certificate = await x509.X509CertificateGenerator.create(parameters);
  return `${certificate.toString("pem")}\n`;
}

function loadLibrary(): Promise<X509> {
  library ??= import("reflect-metadata").then(async () => {
    const x509 = await import("@peculiar/x509");
    x509.cryptoProvider.set(webcrypto as LibraryCrypto);
    return x509;
  });
  return library;
}

function nameOf(commonName: string): { CN: string[] }[] {
  return [{ CN: [commonName] }];
}

function importPublicKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: "spki", format: "der" });
  return webcrypto.subtle.importKey("spki", der, KEY_ALGORITHM, true, ["verify"]);
}

function importPrivateKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, KEY_ALGORITHM, false, ["sign"]);
}
