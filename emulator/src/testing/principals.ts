/** Builders of IAM users and roles, and of what maps them to roles of the database. */
import { createHash } from "node:crypto";
import type {
  DatabaseRoleForm,
  PolicyStatement,
  RoleForm,
  UserForm,
} from "./configuration-form.ts";
import { policy } from "./policy.ts";
import type { Credentials } from "./presign.ts";

/** The account that there is without configuration. */
export const DEFAULT_ACCOUNT_ID = "123456789012";

/** A user that has an access key. */
export type UserWithKey = UserForm & {
  readonly accessKeys: readonly [{ readonly id: string; readonly secret: string }];
};

const INLINE_POLICY_NAME = "test";

function inlinePolicies(statements: readonly PolicyStatement[]): Pick<UserForm, "policies"> {
  return statements.length === 0
    ? {}
    : { policies: [{ name: INLINE_POLICY_NAME, document: policy.document(...statements) }] };
}

/** Makes users and roles in the form of the configuration. */
export const principals = {
  /**
   * A user with these statements as its inline policy and one access key. The key follows from the name
   * and is no secret. `more` adds to it or replaces parts.
   */
  user(
    name: string,
    statements: readonly PolicyStatement[] = [],
    more: Omit<UserForm, "name" | "accessKeys"> = {},
  ): UserWithKey {
    const digest = createHash("sha256").update(name).digest("hex").toUpperCase();
    const key = { id: `AKIAFAKE${digest.slice(0, 12)}`, secret: `fake-secret-of-${name}` };
    return { name, accessKeys: [key], ...inlinePolicies(statements), ...more };
  },

  /** A role with these statements as its inline policy; all of the default account may assume it unless `more` says so. */
  role(
    name: string,
    statements: readonly PolicyStatement[] = [],
    more: Omit<Partial<RoleForm>, "name"> = {},
  ): RoleForm {
    const trustPolicy = policy.trust(DEFAULT_ACCOUNT_ID);
    return { name, trustPolicy, ...inlinePolicies(statements), ...more };
  },

  /** What a user of `principals.user` signs with. */
  credentialsOf({ accessKeys: [key] }: UserWithKey): Credentials {
    return { accessKeyId: key.id, secretAccessKey: key.secret };
  },

  /** The ARN of a user or role. */
  arnOf(principal: UserForm | RoleForm, accountId = DEFAULT_ACCOUNT_ID): string {
    const kind = "trustPolicy" in principal ? "role" : "user";
    return `arn:aws:iam::${accountId}:${kind}${principal.path ?? "/"}${principal.name}`;
  },
};

/**
 * A role of the database that these users and roles may connect as, for `clusters[].databaseRoles`.
 * A principal is an ARN, or a user or role of the default account.
 */
export function mapping(
  databaseRole: string,
  ...mapped: readonly (string | UserForm | RoleForm)[]
): DatabaseRoleForm {
  const arns = mapped.map((one) => (typeof one === "string" ? one : principals.arnOf(one)));
  return { name: databaseRole, arns };
}
