/**
 * What would have to be there for a refused connection to be admitted: the part of a refusal that
 * permissions can cure, as data that goes into the decision record as it is.
 */
import type { PolicyType, StatementReference } from "../iam/index.ts";

/** A statement as it is written in a policy. */
export interface NeededStatement {
  readonly Effect: "Allow";
  /** In the policy of a VPC endpoint only. */
  readonly Principal?: "*";
  /** `dsql:DbConnect` or `dsql:DbConnectAdmin`. */
  readonly Action: string;
  /** The cluster's ARN. */
  readonly Resource: string;
}

/** A policy of one statement, ready to be attached. */
export interface NeededPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly [NeededStatement];
}

/** Whom permissions are given to: of a session its role or user. */
export interface NeededPrincipal {
  readonly kind: "user" | "role" | "root";
  readonly name: string;
  readonly arn: string;
}

/** A policy that exists. */
export type PolicySource = StatementReference["policy"];

/** A statement that denies the connection. */
export interface NeededDeny {
  readonly policyType: PolicyType;
  readonly policy: PolicySource;
  /** Position in the policy, from 0. */
  readonly statementIndex: number;
  readonly sid: string | null;
}

/** A limit that lacks the statement, beside the policies of the principal. */
export interface NeededWidening {
  readonly policyType: "boundary" | "session" | "service-control" | "vpc-endpoint";
  /** The policy that the statement has to go into; `null` where none is attached yet. */
  readonly policy: PolicySource | null;
  /** Of a service control policy: the level from the root of the organization, from 1; else `null`. */
  readonly level: number | null;
  readonly statement: NeededStatement;
}

/** What is needed in IAM. */
export interface NeededAccess {
  readonly action: string;
  /** The cluster's ARN. */
  readonly resource: string;
  /** To be attached to the principal; `null` when its policies allow the connection, or need not. */
  readonly policy: NeededPolicy | null;
  readonly widenings: readonly NeededWidening[];
  /** While there is one, no allow helps. */
  readonly denies: readonly NeededDeny[];
}

/** What is needed in the database. */
export interface NeededGrant {
  readonly databaseRole: string;
  /** Of a role's session that of the role, with its path. */
  readonly principalArn: string;
  /** `not-checked`: an earlier step refused, so nobody has looked whether the mapping is there. */
  readonly state: "missing" | "not-checked";
  /** Whether the database has the role; `unknown` when it was not looked at. */
  readonly role: "present" | "missing" | "no-login" | "unknown";
  /** To be run as `admin`, in this order. */
  readonly statements: readonly string[];
}

/** What is needed for one connection. */
export interface NeededPermissions {
  readonly principal: NeededPrincipal;
  /** The cluster's ARN. */
  readonly cluster: string;
  /** `null` when IAM allows the connection. */
  readonly access: NeededAccess | null;
  /** `null` for `admin`, and when the mapping is there. */
  readonly grant: NeededGrant | null;
}
