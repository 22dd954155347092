/** The certificates that clients are shown. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { SecureContext } from "node:tls";
import type { ClusterDirectory } from "../auth/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import { parseClusterEndpoint } from "../dsql/index.ts";
import type { FindSecureContext } from "../server/index.ts";
import { openCertificateAuthority, ownCertificate } from "../server/tls/index.ts";

/** Certificates by server name. */
export interface Certificates {
  readonly find: FindSecureContext;
  readonly caCertificatePath: string;
  /** `undefined` with a certificate of the user's own, whose CA is not known here. */
  readonly caCertificatePem: string | undefined;
}

/** What certificates are opened from. */
export interface CertificatesOptions {
  readonly config: EmulatorConfig;
  /** Where the emulator's own authority is kept. */
  readonly stateDirectory: string;
  readonly onNotice: (message: string) => void;
}

/** Certificates for the names of existing clusters; whoever asks for another name gets the default one. */
export async function openCertificates(
  { config, stateDirectory, onNotice }: CertificatesOptions,
  clusters: ClusterDirectory,
): Promise<Certificates> {
  if (config.tls !== undefined) {
    const own: SecureContext = ownCertificate(config.tls);
    return {
      find: async () => own,
      caCertificatePath: config.tls.certificateFile,
      caCertificatePem: undefined,
    };
  }
  const authority = await openCertificateAuthority({
    directory: stateDirectory,
    defaultNames: isWildcard(config.host) ? [] : [config.host],
  });
  for (const message of authority.notices) onNotice(message);
  if (config.caFile !== undefined) copyTo(config.caFile, authority.caCertificatePem);
  const isKnown = (name: string): boolean => {
    const endpoint = parseClusterEndpoint(name) ?? clusters.resolveAlias(name);
    return (
      endpoint !== undefined &&
      clusters.findCluster(endpoint.cluster, endpoint.region) !== undefined
    );
  };
  return {
    find: async (name) =>
      name !== undefined && isKnown(name) ? authority.leafFor(name) : authority.defaultLeaf(),
    caCertificatePath: authority.caCertificatePath,
    caCertificatePem: authority.caCertificatePem,
  };
}

/** @throws Error of the file system when it cannot be written */
function copyTo(file: string, pem: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pem, { mode: 0o644 });
}

/** Whether the address stands for all addresses of the machine. */
function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
