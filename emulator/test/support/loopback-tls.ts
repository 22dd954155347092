import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import { openCertificateAuthority } from "../../src/server/tls/index.ts";

/** A certificate for one host name, and the file of the CA that made it. */
export interface TestCertificate {
  readonly context: SecureContext;
  readonly caFile: string;
  dispose(): void;
}

/** Makes a CA in a temporary directory and a certificate of it. */
export async function testCertificate(hostName: string): Promise<TestCertificate> {
  const directory = mkdtempSync(join(tmpdir(), "test-ca-"));
  const authority = await openCertificateAuthority({ directory });
  return {
    context: await authority.leafFor(hostName),
    caFile: authority.caCertificatePath,
    dispose: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
