/**
 * All that a review looks at: principals, clusters, policies and mappings, as they are in a running
 * emulator or as a configuration declares them.
 */
import type { Cluster } from "../auth/index.ts";
import type { AccessQuestion, AttachedPolicy, Caller } from "../iam/index.ts";

/** Policies of a principal and of the organization over it. */
export type PrincipalPolicies = Pick<
  AccessQuestion,
  "identity" | "boundary" | "serviceControl" | "resourceControl"
>;

/** An IAM user or role. */
export interface ReviewedPrincipal {
  readonly kind: "user" | "role";
  readonly arn: string;
  readonly accountId: string;
  /** `AIDA…` or `AROA…`. */
  readonly id: string;
  readonly createdAt: Date;
  /** Who connects: the user with its long-term key, or a session of the role. */
  readonly caller: Caller;
  /** Of a user. */
  readonly activeAccessKeys: number;
  readonly policies: PrincipalPolicies;
  /** Of a role. */
  readonly trust: AttachedPolicy | undefined;
  /** Whether it comes with the emulator and stands in no file. */
  readonly isBuiltIn: boolean;
}

/** That `AWS IAM GRANT` has mapped a principal to a role. */
export interface ReviewedMapping {
  readonly principalArn: string;
  readonly databaseRole: string;
}

/** Roles and mappings of a database. */
export interface DatabaseRoles {
  /** All with LOGIN but `admin`, sorted. */
  readonly loginRoles: readonly string[];
  readonly mappings: readonly ReviewedMapping[];
}

/** A cluster with what decides on its connections. */
export interface ReviewedCluster {
  readonly cluster: Cluster;
  readonly policy: AttachedPolicy | undefined;
  readonly database: DatabaseRoles;
  /** Why the database could not be asked; its roles are then unknown and empty. */
  readonly problem: string | undefined;
}

/** Everything. */
export interface Estate {
  /** The emulator's time. */
  readonly now: Date;
  readonly accountIds: readonly string[];
  readonly principals: readonly ReviewedPrincipal[];
  readonly clusters: readonly ReviewedCluster[];
  /** Policies of VPC endpoints. */
  readonly endpointPolicies: readonly AttachedPolicy[];
}
