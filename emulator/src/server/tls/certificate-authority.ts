/** The emulator's own certificate authority: issues a certificate for each host name, in memory. */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { BACKDATED_DAYS, caPaths, DAY_MS, loadOrMakeCa } from "./ca-files.ts";
import { issueServerCertificate } from "./issue-certificate.ts";
import { parseSubjectName, type SubjectName } from "./subject-name.ts";

/** Life of a server certificate, in days; some clients accept no more than 398. Our choice. */
const LEAF_LIFETIME_DAYS = 396;
/** A server certificate with less time left is replaced at its next use, in days. Our choice. */
const LEAF_RENEWAL_DAYS = 30;
/** Server certificates that are kept. Our choice. */
const DEFAULT_MAX_LEAVES = 1000;

/** What the authority is opened with. */
export interface CertificateAuthorityOptions {
  /** Where its files are or shall be; made when it is missing. */
  readonly directory: string;
  /** Time of the system, not the emulator's: clients check certificates by their own clock. */
  readonly systemNow?: () => Date;
  /** Host names and addresses of the default certificate, beside `localhost`, `127.0.0.1` and `::1`. */
  readonly defaultNames?: readonly string[];
  /** Server certificates that are kept, 1,000 unless given; the least recently used one goes first. */
  readonly maxLeaves?: number;
}

/** Issues server certificates. Whoever calls decides for which names. */
export interface CertificateAuthority {
  /** Path of the PEM file that clients shall trust. */
  readonly caCertificatePath: string;
  /** Content of that file. */
  readonly caCertificatePem: string;
  /** What the user should know of the files: mended modes, a CA certificate that was replaced. */
  readonly notices: readonly string[];
  /**
   * The certificate of exactly this host name or address, with its chain; kept for the next call.
   * Rejects with CertificateError when it is neither.
   */
  leafFor(hostName: string): Promise<SecureContext>;
  /** The certificate for clients that say no host name. */
  defaultLeaf(): Promise<SecureContext>;
}

interface Leaf {
  readonly context: Promise<SecureContext>;
  readonly renewAfterMs: number;
}

/**
 * Opens the authority of a directory, and makes it if there is none.
 *
 * @throws CertificateError when its files, or one of the default names, cannot be used
 */
export async function openCertificateAuthority(
  options: CertificateAuthorityOptions,
): Promise<CertificateAuthority> {
  const { directory, systemNow = () => new Date(), defaultNames = [] } = options;
  const { maxLeaves = DEFAULT_MAX_LEAVES } = options;
  const ca = await loadOrMakeCa(directory, systemNow());
  const defaults = distinct(["localhost", "127.0.0.1", "::1", ...defaultNames]);
  /** Least recently used first. */
  const leaves = new Map<string, Leaf>();

  function issue(names: readonly SubjectName[], nowMs: number): Leaf {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const notAfterMs = nowMs + LEAF_LIFETIME_DAYS * DAY_MS;
    const validity = {
      notBefore: new Date(nowMs - BACKDATED_DAYS * DAY_MS),
      notAfter: new Date(notAfterMs),
    };
    const context = issueServerCertificate(ca, createPublicKey(privateKey), names, validity).then(
      (pem) =>
        createSecureContext({
          cert: pem + ca.certificatePem,
          key: privateKey.export({ type: "pkcs8", format: "pem" }),
          minVersion: "TLSv1.2",
        }),
    );
    return { context, renewAfterMs: notAfterMs - LEAF_RENEWAL_DAYS * DAY_MS };
  }

  function leaf(key: string, names: readonly SubjectName[]): Promise<SecureContext> {
    const nowMs = systemNow().getTime();
    const known = leaves.get(key);
    const isKept = known !== undefined && nowMs < known.renewAfterMs;
    const current = isKept ? known : issue(names, nowMs);
    if (!isKept) {
      // Whoever asked hears of the failure; the next one to ask gets another try.
      current.context.catch(() => {
        if (leaves.get(key) === current) leaves.delete(key);
      });
    }
    leaves.delete(key);
    leaves.set(key, current);
    for (const oldest of leaves.keys()) {
      if (leaves.size <= maxLeaves) break;
      leaves.delete(oldest);
    }
    return current.context;
  }

  return {
    caCertificatePath: caPaths(directory).certificateFile,
    caCertificatePem: ca.certificatePem,
    notices: ca.notices,
    leafFor: async (hostName) => {
      const name = parseSubjectName(hostName);
      return leaf(keyOf(name), [name]);
    },
    defaultLeaf: async () => leaf("", defaults),
  };
}

function distinct(names: readonly string[]): readonly SubjectName[] {
  return [...new Map(names.map(parseSubjectName).map((name) => [keyOf(name), name])).values()];
}

function keyOf(name: SubjectName): string {
  return name.kind === "dns" ? name.hostName : name.text;
}
