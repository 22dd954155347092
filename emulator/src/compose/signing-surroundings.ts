/** What a client with a wrong signature may have signed or used instead. */
import type { Accounts } from "../accounts/index.ts";
import type { SignatureSurroundings } from "../auth/index.ts";
import type { Clusters } from "../clusters/index.ts";
import type { HostAlias } from "../config/index.ts";
import type { ClockControl } from "../shared/index.ts";
import { MAX_TRIED } from "../sigv4/index.ts";

/** Where clusters, aliases and access keys are found. */
export interface SurroundingsOf {
  readonly accounts: Pick<Accounts, "directories">;
  readonly clusters: Pick<Clusters, "allClusters">;
  readonly aliases: readonly HostAlias[];
  readonly clock: Pick<ClockControl, "state">;
}

/** As they are when a signature is wrong. */
export function signatureSurroundings({
  accounts,
  clusters,
  aliases,
  clock,
}: SurroundingsOf): SignatureSurroundings {
  return {
    clockState: () => clock.state(),
    signingSurroundings: () => {
      const views = clusters.allClusters();
      return {
        hosts: [
          ...aliases.map(({ hostName }) => hostName),
          ...views.map(({ endpoint }) => endpoint),
        ],
        regions: [...new Set(views.map(({ region }) => region))],
        accessKeys: accounts
          .directories()
          .flatMap((directory) => directory.snapshot().accessKeys)
          // One more than are tried: the key of the token itself is among them.
          .slice(0, MAX_TRIED.accessKeys + 1)
          .map(({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })),
      };
    },
  };
}
