/**
 * Makes X.509 certificates of P-256 keys: the CA's own and those of servers.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280
 */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bitString,
  booleanTrue,
  type Der,
  explicit,
  implicitPrimitive,
  objectIdentifier,
  octetString,
  sequence,
  setOfOne,
  time,
  unsignedInteger,
  utf8String,
} from "./der.ts";
import type { SubjectName } from "./subject-name.ts";

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

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/** Bits of KeyUsage, in one byte, and how many at its end are unused. */
const KEY_USAGE = {
  digitalSignature: { bits: 0b1000_0000, unused: 7 },
  keyCertSignAndCrlSign: { bits: 0b0000_0110, unused: 1 },
} as const;

/** SPEC: RFC 5280 limits a common name to 64 characters. */
const MAX_COMMON_NAME_LENGTH = 64;
const FALLBACK_COMMON_NAME = "dsql-emulator";

/** Makes the self-signed certificate of a CA that issues server certificates only. Returns PEM. */
export function issueCaCertificate(issuer: Issuer, validity: Validity): string {
  const publicKey = createPublicKey(issuer.privateKey);
  return certificate(issuer, issuer.commonName, publicKey, validity, [
    // cA TRUE, pathLenConstraint 0.
    critical(OID.basicConstraints, sequence(booleanTrue(), unsignedInteger(Uint8Array.of(0)))),
    critical(OID.keyUsage, keyUsage(KEY_USAGE.keyCertSignAndCrlSign)),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
  ]);
}

/** Makes the certificate of a server. Returns PEM. @param names at least one */
export function issueServerCertificate(
  issuer: Issuer,
  publicKey: KeyObject,
  names: readonly SubjectName[],
  validity: Validity,
): string {
  const [first] = names.map((name) => (name.kind === "dns" ? name.hostName : name.text));
  const fits = first !== undefined && first.length <= MAX_COMMON_NAME_LENGTH;
  const issuerKey = keyIdentifier(createPublicKey(issuer.privateKey));
  return certificate(issuer, fits ? first : FALLBACK_COMMON_NAME, publicKey, validity, [
    critical(OID.basicConstraints, sequence()),
    critical(OID.keyUsage, keyUsage(KEY_USAGE.digitalSignature)),
    extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
    extension(OID.subjectAlternativeName, sequence(...names.map(generalName))),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(implicitPrimitive(0, issuerKey))),
  ]);
}

/** SHA-1 of the public key's bits: an identifier, not a protection. @see https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2 */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const uncompressed = Uint8Array.of(0x04);
  const point = [uncompressed, Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  return createHash("sha1").update(Buffer.concat(point)).digest();
}

function certificate(
  issuer: Issuer,
  subject: string,
  publicKey: KeyObject,
  { notBefore, notAfter }: Validity,
  extensions: readonly Der[],
): string {
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const version3 = explicit(0, unsignedInteger(Uint8Array.of(2)));
  const toBeSigned = sequence(
    version3,
    unsignedInteger(randomBytes(16)),
    algorithm,
    distinguishedName(issuer.commonName),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, issuer.privateKey);
  const der = sequence(toBeSigned, algorithm, bitString(signature));
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function distinguishedName(commonName: string): Der {
  const attribute = sequence(objectIdentifier(OID.commonName), utf8String(commonName));
  return sequence(setOfOne(attribute));
}

function extension(oid: string, value: Der): Der {
  return sequence(objectIdentifier(oid), octetString(value));
}

function critical(oid: string, value: Der): Der {
  return sequence(objectIdentifier(oid), booleanTrue(), octetString(value));
}

function keyUsage({ bits, unused }: (typeof KEY_USAGE)[keyof typeof KEY_USAGE]): Der {
  return bitString(Uint8Array.of(bits), unused);
}

function generalName(name: SubjectName): Der {
  return name.kind === "dns"
    ? implicitPrimitive(2, Buffer.from(name.hostName, "latin1"))
    : implicitPrimitive(7, name.bytes);
}
