/** What is known of a connection before anybody has proved anything. */
import type { AccountId, ClusterIdentifier } from "../dsql/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";

/** The client's side of a connection: what TLS and the StartupMessage said. */
export interface ConnectionAttempt {
  /** 26 characters; shown to a refused client and the key of the decision record. */
  readonly sessionId: string;
  readonly receivedAt: Date;
  readonly clientAddress: string;
  /** Whether the connection is encrypted. */
  readonly isEncrypted: boolean;
  /** SNI host name of the ClientHello; `undefined` if none was sent. */
  readonly serverName: string | undefined;
  /** `user` of the StartupMessage: not yet a database role. */
  readonly requestedUser: string;
  /** `database` of the StartupMessage; PostgreSQL's default is the user's name. */
  readonly requestedDatabase: string;
  /** `amzn-cluster-id` of the start-up options: the fallback for a host name that names no cluster. */
  readonly clusterOption: string | undefined;
  /** Settings of the StartupMessage and its `options`, by name as written. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Lifecycle states of a cluster, as the service's API names them. */
export type ClusterStatus =
  | "CREATING"
  | "ACTIVE"
  | "IDLE"
  | "INACTIVE"
  | "UPDATING"
  | "DELETING"
  | "DELETED"
  | "FAILED"
  | "PENDING_SETUP"
  | "PENDING_DELETE";

/** A cluster as authorization sees it. */
export interface Cluster {
  readonly identifier: ClusterIdentifier;
  readonly region: string;
  readonly accountId: AccountId;
  readonly arn: string;
  readonly status: ClusterStatus;
  /** Values by key; policies see them as `aws:ResourceTag/…`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The network that a connection comes through, as policies see it. */
export interface Network {
  /** `vpc-…`. */
  readonly vpcId: string | undefined;
  /** `vpce-…`. */
  readonly vpcEndpointId: string | undefined;
  /** The policy of the endpoint, if it restricts. */
  readonly endpointPolicy: AttachedPolicy | undefined;
}
