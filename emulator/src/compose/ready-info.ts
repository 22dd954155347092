/** What a ready file says of the emulator. */
import type { ReadyInfo } from "../cli/index.ts";
import type { ConfiguredAccount, EmulatorConfig } from "../config/index.ts";

/** What is known when both ports listen. */
export interface ReadyFacts extends Pick<
  ReadyInfo,
  "postgres" | "caCertificate" | "accountId" | "clusters"
> {
  readonly url: string;
  /** With the default user. */
  readonly accounts: readonly ConfiguredAccount[];
}

/** The facts in the form of the file; the credentials are the first access key that is declared. */
export function readyInfo(
  { defaultRegion }: EmulatorConfig,
  { url, accounts, postgres, caCertificate, accountId, clusters }: ReadyFacts,
): ReadyInfo {
  const [firstKey] = accounts.flatMap(({ users }) => users).flatMap((user) => user.accessKeys);
  const { id: accessKeyId = "", secret: secretAccessKey = "" } = firstKey ?? {};
  return {
    pid: process.pid,
    postgres,
    http: { url },
    caCertificate,
    region: defaultRegion,
    accountId,
    credentials: { accessKeyId, secretAccessKey },
    clusters,
  };
}
