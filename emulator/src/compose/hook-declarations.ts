/** Declares accounts and clusters while the emulator runs. */
import { type Accounts, declaredId } from "../accounts/index.ts";
import { type ConfiguredCluster, type EmulatorConfig, readDeclarations } from "../config/index.ts";
import { declareAccount } from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import type { ClusterStore } from "./cluster-store.ts";

/** What declarations change. */
export interface DeclarationTargets {
  readonly config: EmulatorConfig;
  readonly accounts: Accounts;
  readonly store: ClusterStore;
  /** @throws StateFileError when IAM cannot be kept */
  readonly keepAccounts: () => Promise<void>;
  readonly clock: Clock;
}

/**
 * Applies a file: what it names is as it says and keeps its id, everything else stays.
 *
 * @throws ConfigurationError with all that is wrong with the file; nothing is changed then
 */
export async function applyDeclarations(path: string, targets: DeclarationTargets): Promise<void> {
  const { config, accounts, store, keepAccounts, clock } = targets;
  const known = config.accounts.map(({ accountId }) => accountId);
  const declarations = readDeclarations(path, known);
  for (const { membership: _membership, ...declared } of declarations.accounts) {
    const directory = accounts.directoryOf(declared.accountId);
    if (directory === undefined) continue;
    const stored = directory.snapshot();
    const options = { now: clock.now(), idFor: declaredId, stored };
    directory.reset(declareAccount(declared, options).snapshot);
  }
  for (const cluster of declarations.clusters) declareCluster(cluster, store);
  await keepAccounts();
  await store.keep();
}

function declareCluster(declared: ConfiguredCluster, { clusters }: ClusterStore): void {
  const { identifier, region, accountId, arn, tags } = declared;
  const policy = declared.policy === undefined ? undefined : JSON.stringify(declared.policy);
  const { deletionProtectionEnabled } = declared;
  const found = clusters.findCluster(identifier, region);
  if (found === undefined) {
    clusters.declareCluster({ ...declared, policy });
    return;
  }
  const scope = { accountId, region };
  if (Object.keys(tags).length > 0) clusters.tagResource(scope, { resourceArn: arn, tags });
  if (policy !== undefined) clusters.putClusterPolicy(scope, { identifier, policy });
  if (found.deletionProtectionEnabled !== deletionProtectionEnabled) {
    clusters.updateCluster(scope, { identifier, deletionProtectionEnabled });
  }
}
