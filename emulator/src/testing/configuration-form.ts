/** The form of the configuration file as types, for configurations that are written in a test. */

/** A policy document of IAM, or the statement of one with `Version`. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** A statement; elements that are not listed here may be given, too. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [element: string]: unknown;
}

/** An inline policy. */
export interface InlinePolicyForm {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** What users and roles have in common. */
interface PrincipalForm {
  readonly name: string;
  readonly path?: string;
  readonly policies?: readonly InlinePolicyForm[];
  /** Names or ARNs. */
  readonly managedPolicies?: readonly string[];
  readonly permissionsBoundary?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** An IAM user. */
export interface UserForm extends PrincipalForm {
  readonly accessKeys?: readonly {
    readonly id: string;
    readonly secret: string;
    readonly status?: "Active" | "Inactive";
  }[];
  readonly groups?: readonly string[];
  readonly mfaDevices?: readonly { readonly serialNumber: string; readonly seed: string }[];
}

/** An IAM role. */
export interface RoleForm extends PrincipalForm {
  readonly trustPolicy: PolicyDocument;
  readonly description?: string;
  /** In seconds, from 3600 to 43,200. */
  readonly maxSessionDuration?: number;
  readonly linkedService?: string;
}

/** An IAM group. */
export type GroupForm = Pick<PrincipalForm, "name" | "path" | "policies" | "managedPolicies">;

/** An account's IAM; further keys are in the published schema. */
export interface AccountForm {
  readonly users?: readonly UserForm[];
  readonly groups?: readonly GroupForm[];
  readonly roles?: readonly RoleForm[];
  readonly policies?: readonly (Omit<InlinePolicyForm, "document"> & {
    readonly document?: PolicyDocument;
    readonly [key: string]: unknown;
  })[];
  readonly [key: string]: unknown;
}

/** A role of the database, and the ARNs of the IAM users and roles that it is mapped to. */
export interface DatabaseRoleForm {
  readonly name: string;
  readonly arns?: readonly string[];
}

/** A cluster that is ACTIVE at the start. */
export interface ClusterForm {
  /** 26 lower-case letters and digits. */
  readonly identifier: string;
  readonly region?: string;
  readonly account?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionProtection?: boolean;
  readonly policy?: PolicyDocument;
  readonly databaseRoles?: readonly DatabaseRoleForm[];
  /** Statements that the database begins with, run as admin. */
  readonly sql?: readonly string[];
  /** Absolute paths. */
  readonly sqlFiles?: readonly string[];
}

/** A configuration; the meaning of each key is in `docs/configuration.md`. Paths in it are absolute. */
export interface ConfigurationForm {
  readonly host?: string;
  readonly pgPort?: number;
  readonly httpPort?: number;
  readonly dataDir?: string;
  readonly enforce?: "strict" | "soft" | "off";
  readonly explainErrors?: boolean;
  readonly logFormat?: "pretty" | "json";
  readonly readyFile?: string;
  readonly caFile?: string;
  readonly eventsFile?: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  readonly hooksDirectory?: string;
  readonly hooks?: {
    readonly onFailure?: "fail" | "continue";
    readonly timeoutSeconds?: number;
  };
  readonly cancelRequests?: "ignore" | "honour";
  readonly announceSessionExpiry?: boolean;
  readonly refuseRepeatedGrants?: boolean;
  readonly clock?: { readonly startAt?: string; readonly frozen?: boolean };
  readonly clusterLifecycle?: Readonly<Record<string, number>>;
  readonly defaultUser?: false | { readonly secret: string };
  readonly accounts?:
    readonly (AccountForm & { readonly id: string })[] | Readonly<Record<string, AccountForm>>;
  readonly organization?: object;
  readonly networks?: readonly object[];
  readonly clusters?: readonly ClusterForm[];
  readonly aliases?: Readonly<
    Record<string, string | { readonly cluster: string; readonly region: string }>
  >;
  readonly limits?: Readonly<Record<string, number>>;
}
