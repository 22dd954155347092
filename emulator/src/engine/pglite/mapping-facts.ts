/** What a refused client's database says around the mapping that is not there. */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import type { RoleMappingFacts } from "../../session/index.ts";
import type { RoleTables } from "./role-mappings.ts";
import { SUPERUSER_ROLE } from "./worker-protocol.ts";

/** Roles and principals near a mapping of this principal to this role. */
export function mappingFacts(
  { mappings, roles }: RoleTables,
  principalArn: string,
  databaseRole: string,
): RoleMappingFacts {
  const rolesOfPrincipal = mappings
    .filter((mapping) => mapping.principalArn === principalArn)
    .map(({ roleName }) => roleName)
    .sort();
  const principalsOfRole = mappings
    .filter(({ roleName }) => roleName === databaseRole)
    .map((mapping) => mapping.principalArn)
    .sort();
  return { role: roleState(roles, databaseRole), rolesOfPrincipal, principalsOfRole };
}

function roleState(roles: RoleTables["roles"], name: string): RoleMappingFacts["role"] {
  if (name === ADMIN_ROLE || name === SUPERUSER_ROLE || name.startsWith("pg_")) return "reserved";
  const canLogin = roles.get(name);
  if (canLogin === undefined) return "missing";
  return canLogin ? "present" : "no-login";
}
