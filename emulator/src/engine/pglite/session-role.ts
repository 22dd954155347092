/** The database role of a session, and whether the session may still have it. */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import {
  type SessionFarewell,
  SessionStartError,
  type SqlSessionOptions,
} from "../../session/index.ts";
import type { RoleMapping, RoleMappings } from "./role-mappings.ts";

/** As of a connection without a mapping; DSQL gives no reason. */
const NO_MAPPING = { sqlState: "28000", message: "unable to accept connection, access denied" };

/** The role that a session runs as. */
export interface SessionRole {
  /** Its name now; another one after `ALTER ROLE … RENAME`. */
  name(): string;
  /** Its object id, as far as it matters that the name still means the same role. */
  readonly id: number | undefined;
  /** Whether the session needs a mapping that is not there any more; follows a change of the name. */
  hasLostMapping(): boolean;
  /** What the client of a session without its mapping is told. Our own text. */
  farewell(): SessionFarewell;
}

/**
 * The role of a new session.
 *
 * @throws SessionStartError when the mapping that the session requires is not there
 */
export async function openSessionRole(
  roleMappings: RoleMappings,
  options: SqlSessionOptions,
): Promise<SessionRole> {
  const { databaseRole, identity, requiresMapping } = options;
  if (requiresMapping !== true || databaseRole === ADMIN_ROLE) return fixedRole(databaseRole);
  const principalArn = identity?.principalArn ?? "";
  const mapping = findMapping(await roleMappings.all(), principalArn, databaseRole);
  if (mapping === undefined) throw new SessionStartError(NO_MAPPING.sqlState, NO_MAPPING.message);
  return mappedRole(roleMappings, mapping);
}

/** The mapping of this principal to a role that has this name, and LOGIN. */
export function findMapping(
  mappings: readonly RoleMapping[],
  principalArn: string,
  databaseRole: string,
): RoleMapping | undefined {
  return mappings.find(
    (mapping) =>
      mapping.principalArn === principalArn &&
      mapping.roleName === databaseRole &&
      mapping.canLogin,
  );
}

function fixedRole(name: string): SessionRole {
  return {
    name: () => name,
    id: undefined,
    hasLostMapping: () => false,
    farewell: () => farewellOf(name),
  };
}

function mappedRole(roleMappings: RoleMappings, mapping: RoleMapping): SessionRole {
  const { principalArn, roleId } = mapping;
  let { roleName } = mapping;
  return {
    name: () => roleName,
    id: roleId,
    hasLostMapping: () => {
      const current = roleMappings.find(principalArn, roleId);
      roleName = current?.roleName ?? roleName;
      return current === undefined;
    },
    farewell: () => farewellOf(roleName),
  };
}

function farewellOf(roleName: string): SessionFarewell {
  return {
    sqlState: NO_MAPPING.sqlState,
    message: `terminating connection because the IAM trust with role ${roleName} has been revoked`,
  };
}
