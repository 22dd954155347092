/** What the connection pipeline asks of the rest of the emulator. */
import type { ClusterEndpoint, ClusterIdentifier } from "../dsql/index.ts";
import type { AccessKeyLookup, AccessQuestion, Caller } from "../iam/index.ts";
import type { ClockState } from "../shared/index.ts";
import type { SigningSurroundings } from "../sigv4/index.ts";
import type { Cluster, ConnectionAttempt, Network } from "./connection-attempt.ts";

/** Finds clusters by what a host name or an option says. */
export interface ClusterDirectory {
  /** The cluster of this id in this region; without a region, in any. */
  findCluster(cluster: ClusterIdentifier, region?: string): Cluster | undefined;
  /** What a configured alias such as `localhost` stands for. */
  resolveAlias(hostName: string): ClusterEndpoint | undefined;
}

/** Counts connections and their rate, per cluster. */
export interface ConnectionGate {
  /** Takes one new connection from the cluster's rate; false when the rate is exceeded. */
  takeFromRate(cluster: Cluster): boolean;
  /**
   * Takes one of the cluster's places for this connection; false when all are taken. Whoever serves
   * the connection gives the place back when it is over, whatever became of it: connections that are
   * still being authorized count too.
   */
  takePlace(cluster: Cluster, sessionId: string): boolean;
}

/** Knows which VPC a connection comes through. */
export interface NetworkDirectory {
  /** By the client's address or the name that it asked for; `undefined` for the internet. */
  networkOf(attempt: ConnectionAttempt): Network | undefined;
}

/** All policies that decide on a connection, but for those of the network. */
export type ApplicablePolicies = Omit<AccessQuestion, "request" | "vpcEndpoint">;

/** Finds the policies that apply to a principal at a cluster. */
export interface PolicyStore {
  policiesFor(principal: Caller, cluster: Cluster): ApplicablePolicies;
}

/** What a database says around a mapping that it does not have. */
export interface RoleMappingFacts {
  /** `reserved`: a role of the system, which nobody can be mapped to. */
  readonly role: "present" | "missing" | "no-login" | "reserved";
  /** Roles that the principal is mapped to, in the order of their names. */
  readonly rolesOfPrincipal: readonly string[];
  /** ARNs that are mapped to the role, in order. */
  readonly principalsOfRole: readonly string[];
}

/** The mappings that `AWS IAM GRANT` makes. */
export interface RoleMappingStore {
  isMapped(cluster: Cluster, principal: Caller, databaseRole: string): Promise<boolean>;
  /** Asked only when a connection is refused for its mapping. */
  mappingFacts?(
    cluster: Cluster,
    principal: Caller,
    databaseRole: string,
  ): Promise<RoleMappingFacts>;
}

/** What was injected before a step. */
export interface InjectedFault {
  readonly ruleIds: readonly string[];
  /** How long the step was delayed, in real milliseconds. */
  readonly latencyMs: number;
  readonly end:
    | { readonly kind: "none" }
    | { readonly kind: "drop" }
    | {
        readonly kind: "error";
        /** `undefined` for those of the catalogue. */
        readonly sqlState: string | undefined;
        readonly message: string | undefined;
      };
}

/** Makes connections fail on purpose, in every enforcement mode. */
export interface FaultInjection {
  /** Asked before each step; the account, region and cluster are those that are known by then. */
  beforeStep(at: {
    readonly step: string;
    readonly account: string | undefined;
    readonly region: string | undefined;
    readonly cluster: string | undefined;
  }): Promise<InjectedFault | undefined>;
}

/** Knows what a client may have signed or used in place of what is right, and which time it may have gone by. */
export interface SignatureSurroundings {
  /** Names of clusters and aliases, regions, and the access keys of all accounts with their secrets. */
  signingSurroundings(): SigningSurroundings;
  /** How the emulator's clock stands to the system's, which clients go by. */
  clockState(): ClockState;
}

/** All ports of the pipeline. */
export interface AuthorizationPorts {
  readonly clusters: ClusterDirectory;
  readonly gate: ConnectionGate;
  readonly accessKeys: AccessKeyLookup;
  readonly networks: NetworkDirectory;
  readonly policies: PolicyStore;
  readonly roleMappings: RoleMappingStore;
  readonly faults?: FaultInjection;
  /** Without it, fewer mistakes behind a wrong signature or a wrong time are named. */
  readonly surroundings?: SignatureSurroundings;
}
