/** What the emulator runs with where neither option, environment nor file says otherwise. */
import { type AccountId, type ClusterIdentifier, LIMITS } from "../dsql/index.ts";
import type { ConfiguredLimits } from "./emulator-config.ts";

/** The file that is read when it exists in the working directory and no other is named. */
export const DEFAULT_CONFIG_FILE = "dsql-emulator.yaml";

/** The account that exists when the file declares none. */
export const DEFAULT_ACCOUNT_ID = "123456789012" as AccountId;

/** The region of a cluster that names none. */
export const DEFAULT_REGION = "us-east-1";

/** The cluster that exists when the file has no `clusters`. */
export const DEFAULT_CLUSTER = "dsqlemulatorlocalcluster2a" as ClusterIdentifier;

/** Name of the IAM user that exists unless the file says otherwise. */
export const DEFAULT_USER_NAME = "emulator-admin";

/** Access key id of the default user. */
export const DEFAULT_ACCESS_KEY_ID = "AKIADSQLEMULATOR0000";

/** Name of the default user's inline policy. */
export const DEFAULT_POLICY_NAME = "full-access";

/** The default user's policy: everything on everything. */
export const FULL_ACCESS = {
  Version: "2012-10-17",
  Statement: [{ Sid: "FullAccess", Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Time that a program among the hooks has. Our choice. */
export const DEFAULT_HOOK_TIMEOUT_SECONDS = 60;

/** Limits of the service as documented, and three of our own choice for the engine. */
export const DEFAULT_LIMITS: ConfiguredLimits = {
  maxConnectionsPerCluster: LIMITS.maxConnectionsPerCluster.value,
  connectionRatePerSecond: LIMITS.connectionRatePerSecond.value,
  connectionRateBucket: LIMITS.connectionRateBucket.value,
  maxSessionSeconds: LIMITS.maxConnectionAgeSeconds.value,
  maxTransactionSeconds: LIMITS.maxTransactionAgeSeconds.value,
  singleRegionClusters: 20,
  multiRegionClusters: 5,
  maxRunningEngines: 4,
  transactionWaitMs: 5000,
  statementWatchdogMs: 15_000,
  memoryLimitMiB: 512,
};
