/** The CA's key and certificate in files. The key decides: the certificate can be made from it again. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from "node:crypto";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CertificateError } from "./certificate-error.ts";
import { type Issuer, issueCaCertificate } from "./issue-certificate.ts";

/** Life of a CA certificate, in days. Our choice. */
const CA_LIFETIME_DAYS = 3650;
/** A CA certificate with less time left is replaced at start, so that a leaf never outlives it, in days. Our choice. */
const CA_RENEWAL_DAYS = 400;
/** How far in the past a certificate begins, for clients whose clock is behind, in days. Our choice. */
export const BACKDATED_DAYS = 1;
/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;

/** The CA as it is in the files. */
export interface LoadedCa extends Issuer {
  readonly certificatePem: string;
  /** What was made or mended, in one sentence each. */
  readonly notices: readonly string[];
}

/** Paths of the files of a CA. */
export interface CaPaths {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Where the files are. */
export function caPaths(directory: string): CaPaths {
  return { certificateFile: join(directory, "ca.pem"), keyFile: join(directory, "ca.key") };
}

/**
 * Reads the CA, or makes it. Processes that do so at once agree on one.
 *
 * @throws CertificateError when a file cannot be read, written or understood, or they do not belong together
 */
export async function loadOrMakeCa(directory: string, now: Date): Promise<LoadedCa> {
  const { certificateFile, keyFile } = caPaths(directory);
  const notices: string[] = [];
  attempt(directory, "made", () => mkdirSync(directory, { recursive: true }));
  const existing = readIfPresent(certificateFile);
  let keyPem = readIfPresent(keyFile);
  if (keyPem === undefined) {
    if (existing !== undefined) {
      throw new CertificateError(
        `\`${certificateFile}\` is there but \`${keyFile}\` is not: put the key back, or remove the certificate to have a new CA made`,
      );
    }
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const fresh = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    createUnlessPresent(keyFile, fresh, 0o600);
    keyPem = readIfPresent(keyFile) ?? fresh;
  }
  notices.push(...closeToOthers(keyFile));
  const privateKey = parseKey(keyFile, keyPem);
  const issuer: Issuer = { commonName: commonNameOf(privateKey), privateKey };
  const make = (): Promise<string> =>
    issueCaCertificate(issuer, {
      notBefore: new Date(now.getTime() - BACKDATED_DAYS * DAY_MS),
      notAfter: new Date(now.getTime() + CA_LIFETIME_DAYS * DAY_MS),
    });
  if (existing === undefined) {
    createUnlessPresent(certificateFile, await make(), 0o644);
  } else {
    const reason = reasonToReplace(parseCertificate(certificateFile, existing, issuer), now);
    if (reason !== undefined) {
      replace(certificateFile, await make());
      notices.push(
        `\`${certificateFile}\` ${reason} and was made anew with the same key: clients must trust the new file`,
      );
    }
  }
  const certificatePem = readIfPresent(certificateFile) ?? "";
  parseCertificate(certificateFile, certificatePem, issuer);
  return { ...issuer, certificatePem, notices };
}

/** The same for all processes that have the key, so that they issue in the same name. */
function commonNameOf(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return `dsql-emulator local CA ${createHash("sha256").update(spki).digest("hex").slice(0, 8)}`;
}

function parseKey(file: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new CertificateError(
      `\`${file}\` is not a private key in PEM: put it right, or remove it and the certificate to have a new CA made`,
      { cause: error },
    );
  }
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new CertificateError(
      `\`${file}\` is not a P-256 key: a CA of your own cannot be used here, give a server certificate and its key instead`,
    );
  }
  return key;
}

function parseCertificate(file: string, pem: string, issuer: Issuer): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError(
      `\`${file}\` is not a certificate in PEM: remove it to have it made from the key`,
      { cause: error },
    );
  }
  const isOurs =
    certificate.checkPrivateKey(issuer.privateKey) &&
    certificate.ca &&
    certificate.subject === `CN=${issuer.commonName}`;
  if (isOurs) return certificate;
  throw new CertificateError(
    `\`${file}\` does not belong to the key beside it: put the right one back, or remove the certificate to have it made from the key`,
  );
}

function reasonToReplace(certificate: X509Certificate, now: Date): string | undefined {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (now.getTime() < from) return "is not valid yet";
  if (now.getTime() > to) return "has expired";
  return to - now.getTime() < CA_RENEWAL_DAYS * DAY_MS ? "expires soon" : undefined;
}

/** Takes the key away from others on the machine. Returns what there is to say about it. */
function closeToOthers(keyFile: string): readonly string[] {
  const isOpen = (): boolean => (statSync(keyFile).mode & 0o077) !== 0;
  if (process.platform === "win32" || !isOpen()) return [];
  try {
    chmodSync(keyFile, 0o600);
  } catch {
    // A file of somebody else; said below.
  }
  // Some shared folders have no modes: not a reason to refuse.
  return [
    isOpen()
      ? `\`${keyFile}\` can be read by other users of this machine, and its mode cannot be changed`
      : `\`${keyFile}\` could be read by other users of this machine; its mode is 0600 again`,
  ];
}

function readIfPresent(file: string): string | undefined {
  return attempt(file, "read", () => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  });
}

/** Makes the file with its whole content at once, or leaves the one that is there. */
function createUnlessPresent(file: string, content: string, mode: number): void {
  withDraft(file, content, mode, (draft) => {
    try {
      linkSync(draft, file);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  });
}

function replace(file: string, content: string): void {
  withDraft(file, content, 0o644, (draft) => {
    renameSync(draft, file);
  });
}

function withDraft(
  file: string,
  content: string,
  mode: number,
  publish: (draft: string) => void,
): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  attempt(file, "written", () => {
    try {
      writeFileSync(draft, content, { mode, flag: "wx", flush: true });
      publish(draft);
    } finally {
      rmSync(draft, { force: true });
    }
  });
}

function attempt<Result>(path: string, what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new CertificateError(
      `\`${path}\` cannot be ${what} (${codeOf(error)}): the user that runs the emulator must be allowed to`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
