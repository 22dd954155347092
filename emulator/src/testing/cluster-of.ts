import type { ReadyCluster, ReadyInfo } from "../cli/index.ts";

/**
 * A cluster that the emulator had when it became ready, by its identifier, ARN or endpoint; by default the first.
 *
 * @throws RangeError when there is no such cluster
 */
export function clusterOf({ clusters }: Pick<ReadyInfo, "clusters">, name?: string): ReadyCluster {
  const found = clusters.find(
    ({ identifier, arn, endpoint }) =>
      name === undefined || [identifier, arn, endpoint].includes(name),
  );
  if (found !== undefined) return found;
  const known = clusters.map(({ identifier }) => identifier).join(", ");
  throw new RangeError(
    `there is no cluster${name === undefined ? "" : ` ${name}`}; the emulator began with: ${known === "" ? "none" : known}`,
  );
}
