/** The configuration that the emulator runs with: complete, checked, frozen, plain data. */
import type { AccountId, ClusterEndpoint, ClusterIdentifier } from "../dsql/index.ts";
import type {
  AccountMembership,
  AttachedPolicy,
  DeclaredAccount,
  DeclaredDocument,
} from "../iam/index.ts";

/** `strict` refuses, `soft` admits and records what would have been refused, `off` does not check. */
export type EnforceMode = "strict" | "soft" | "off";

/** Form of the log lines. */
export type LogFormat = "pretty" | "json";

/** What happens on a CancelRequest: nothing, or the running statement is interrupted. */
export type CancelRequestMode = "ignore" | "honour";

/** The user's own server certificate and key, in PEM files. */
export interface OwnCertificate {
  /** Absolute path. */
  readonly certificateFile: string;
  /** Absolute path. */
  readonly keyFile: string;
}

/** An account with its IAM and its place in the organization. */
export interface ConfiguredAccount extends DeclaredAccount {
  readonly accountId: AccountId;
  /** `undefined` without an organization. */
  readonly membership?: AccountMembership;
}

/** The user that exists unless the file says otherwise. */
export interface ConfiguredDefaultUser {
  readonly accountId: AccountId;
  /** `undefined`: the composition root makes it at first start. */
  readonly secretAccessKey: string | undefined;
}

/** Clients and names that stand for a VPC. */
export interface ConfiguredNetwork {
  /** Of clients. */
  readonly addresses: readonly {
    readonly address: string;
    readonly prefixLength: number;
    readonly family: "ipv4" | "ipv6";
  }[];
  /** Names that clients ask for, in lower case, without a trailing dot. */
  readonly hostNames: readonly string[];
  readonly vpcId: string | undefined;
  readonly vpcEndpointId: string | undefined;
  readonly endpointPolicy: AttachedPolicy | undefined;
}

/** A role of a cluster's database, with LOGIN. */
export interface ConfiguredDatabaseRole {
  readonly name: string;
  /** IAM users and roles that it is mapped to. */
  readonly arns: readonly string[];
}

/** Files that are run when the emulator starts. */
export interface ConfiguredHooks {
  /** Absolute path; `undefined`: there are none. */
  readonly directory: string | undefined;
  /** What one that fails does to the start. */
  readonly onFailure: "fail" | "continue";
  /** For a program, in milliseconds. */
  readonly timeoutMs: number;
}

/** How the emulator's clock starts. */
export interface ConfiguredClock {
  /** `undefined`: the system's time. */
  readonly startAt: Date | undefined;
  readonly isFrozen: boolean;
}

/** How long clusters take to change, in milliseconds; what is not given is as soon as it is looked at. */
export interface ConfiguredLifecycle {
  readonly creatingMs?: number;
  readonly updatingMs?: number;
  readonly deletingMs?: number;
  readonly wakingMs?: number;
  /** Without it clusters never go to rest. */
  readonly idleAfterMs?: number;
  /** Without it clusters are never INACTIVE. */
  readonly inactiveAfterMs?: number;
}

/** A cluster that exists, ACTIVE, when the emulator starts. */
export interface ConfiguredCluster {
  readonly identifier: ClusterIdentifier;
  readonly region: string;
  readonly accountId: AccountId;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtectionEnabled: boolean;
  /** What its database begins with, in this order: roles with LOGIN, then statements. */
  readonly databaseRoles: readonly ConfiguredDatabaseRole[];
  /** Texts of one or more statements, run as `admin`. */
  readonly sql: readonly string[];
  /** The cluster's own (resource-based) policy, if there is one; checked. */
  readonly policy?: DeclaredDocument;
}

/** A further host name of a cluster. */
export interface HostAlias extends ClusterEndpoint {
  /** In lower case, without a trailing dot. */
  readonly hostName: string;
}

/** Limits that can be set; the other limits of the service are in `dsql/limits.ts`. */
export interface ConfiguredLimits {
  /** Open connections of one cluster. */
  readonly maxConnectionsPerCluster: number;
  /** New connections a second, sustained, of one cluster. */
  readonly connectionRatePerSecond: number;
  /** Size of the bucket from which new connections take a token. */
  readonly connectionRateBucket: number;
  /** Age at which a session is closed, in seconds. */
  readonly maxSessionSeconds: number;
  /** Age at which a transaction can no longer be committed, in seconds. */
  readonly maxTransactionSeconds: number;
  /** Clusters of one account in one region. */
  readonly singleRegionClusters: number;
  /** Multi-Region clusters of one account in one region. */
  readonly multiRegionClusters: number;
  /** Database engines that run at a time; each takes some hundred megabytes. */
  readonly maxRunningEngines: number;
  /** How long a session waits for the transaction of another one, in milliseconds. */
  readonly transactionWaitMs: number;
  /** Time after which the engine interrupts a statement, in milliseconds, below 17,000. */
  readonly statementWatchdogMs: number;
  /** Cap of the memory of one cluster's engine, in MiB. */
  readonly memoryLimitMiB: number;
}

/** All that the emulator is told at start. */
export interface EmulatorConfig {
  /** Absolute path of the file that was read; `undefined` if there was none. */
  readonly configFile: string | undefined;
  /** Address to listen on. */
  readonly host: string;
  /** Port of the PostgreSQL protocol; 0 means any free one. */
  readonly pgPort: number;
  /** Port of the HTTP APIs; 0 means any free one. */
  readonly httpPort: number;
  /** Absolute path; `undefined` keeps everything in memory. */
  readonly dataDirectory: string | undefined;
  readonly enforce: EnforceMode;
  /** Whether refused clients are told the reason in DETAIL and HINT. */
  readonly explainErrors: boolean;
  readonly logFormat: LogFormat;
  /** Absolute path of the file that is written when everything listens. */
  readonly readyFile: string | undefined;
  /** Absolute path of the file that the CA certificate is copied to. */
  readonly caFile: string | undefined;
  /** Absolute path of the file that CloudTrail events are appended to; `undefined` keeps them in memory only. */
  readonly eventsFile: string | undefined;
  /** `undefined`: certificates of the emulator's own CA. */
  readonly tls: OwnCertificate | undefined;
  readonly cancelRequests: CancelRequestMode;
  /** Whether a session that is closed for its age is told so. */
  readonly announceSessionExpiry: boolean;
  /** Whether AWS IAM GRANT of a mapping that is there is an error. */
  readonly refuseRepeatedGrants: boolean;
  readonly hooks: ConfiguredHooks;
  readonly clock: ConfiguredClock;
  readonly clusterLifecycle: ConfiguredLifecycle;
  /** In the order of the file; never empty. The first is the default account. */
  readonly accounts: readonly ConfiguredAccount[];
  /** In the first account; `undefined` if the file has none of it. */
  readonly defaultUser: ConfiguredDefaultUser | undefined;
  /** Region of the first cluster; `us-east-1` if there is none. */
  readonly defaultRegion: string;
  /** The first is the default cluster. May be empty. */
  readonly clusters: readonly ConfiguredCluster[];
  readonly aliases: readonly HostAlias[];
  /** The first that fits a connection counts. */
  readonly networks: readonly ConfiguredNetwork[];
  readonly limits: ConfiguredLimits;
}
