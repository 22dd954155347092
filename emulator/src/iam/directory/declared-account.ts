/**
 * The IAM of an account as the configuration file declares it and as the emulator's state is shown:
 * names instead of ids, documents as JSON. Everything that the IAM API can make has a place in it.
 */

/** A policy document as JSON. */
export type DeclaredDocument = Readonly<Record<string, unknown>>;

/** Tags by key. */
export type DeclaredTags = Readonly<Record<string, string>>;

/** An inline policy. */
export interface DeclaredInlinePolicy {
  readonly name: string;
  readonly document: DeclaredDocument;
}

/** What users, groups and roles have in common. */
export interface DeclaredEntity {
  readonly name: string;
  /** Begins and ends with `/`. */
  readonly path: string;
  readonly policies: readonly DeclaredInlinePolicy[];
  /** ARNs, the account's own or AWS's. */
  readonly managedPolicies: readonly string[];
}

/** A long-term access key. */
export interface DeclaredAccessKey {
  readonly id: string;
  readonly secret: string;
  readonly status: "Active" | "Inactive";
}

/** A device that makes one-time passwords. */
export interface DeclaredMfaDevice {
  /** ARN of a virtual device, or what is printed on a hardware one. */
  readonly serialNumber: string;
  /** Base32; the secret that the device and the emulator share. */
  readonly seed: string;
}

/** A user. */
export interface DeclaredUser extends DeclaredEntity {
  readonly accessKeys: readonly DeclaredAccessKey[];
  /** Names of groups of the account. */
  readonly groups: readonly string[];
  /** ARN. */
  readonly permissionsBoundary?: string | undefined;
  readonly tags: DeclaredTags;
  readonly mfaDevices: readonly DeclaredMfaDevice[];
}

/** A group. */
export type DeclaredGroup = DeclaredEntity;

/** A role. */
export interface DeclaredRole extends DeclaredEntity {
  readonly trustPolicy: DeclaredDocument;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  /** ARN. */
  readonly permissionsBoundary?: string | undefined;
  readonly tags: DeclaredTags;
  /** Service principal of a service-linked role. */
  readonly linkedService?: string | undefined;
}

/** A version of a managed policy. */
export interface DeclaredPolicyVersion {
  /** `v1`, `v2`, … */
  readonly id: string;
  readonly document: DeclaredDocument;
  readonly isDefault: boolean;
}

/** A customer managed policy. */
export interface DeclaredManagedPolicy {
  readonly name: string;
  /** Begins and ends with `/`. */
  readonly path: string;
  readonly description?: string | undefined;
  /** Oldest first; one of them is the default. */
  readonly versions: readonly DeclaredPolicyVersion[];
  readonly tags: DeclaredTags;
  /** Of a policy that AWS manages and that does not come with the emulator. */
  readonly isOfAws?: boolean | undefined;
}

/** Where the keys of an OpenID Connect provider are; the first that is given counts. */
export interface DeclaredOidcKeys {
  /** A JSON Web Key Set. */
  readonly jwks?: DeclaredDocument | undefined;
  /** Absolute path of a file with one. */
  readonly jwksFile?: string | undefined;
  /** URL of one on a loopback address. */
  readonly jwksUrl?: string | undefined;
}

/** An OpenID Connect provider. */
export interface DeclaredOidcProvider {
  /** With its scheme. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly tags: DeclaredTags;
  /** Without it the keys are looked up as OpenID Connect says, on loopback addresses only. */
  readonly keys?: DeclaredOidcKeys | undefined;
}

/** The IAM of an account. */
export interface DeclaredAccount {
  readonly accountId: string;
  readonly users: readonly DeclaredUser[];
  readonly groups: readonly DeclaredGroup[];
  readonly roles: readonly DeclaredRole[];
  readonly policies: readonly DeclaredManagedPolicy[];
  readonly oidcProviders: readonly DeclaredOidcProvider[];
}
