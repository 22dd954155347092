/** Proves at each start that SQL of a client cannot make it the superuser, on this very engine. */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { findServerError } from "./backend-reply.ts";
import { createSuperuserGuard, type SuperuserGuard } from "./superuser-guard.ts";
import { SUPERUSER_GUARDS, SUPERUSER_ROLE, type SuperuserGuardName } from "./worker-protocol.ts";

/** The ways that lead to the superuser on an engine without a guard; each one must end in an error. */
const ESCAPES: readonly string[] = [
  `SET SESSION AUTHORIZATION ${SUPERUSER_ROLE}`,
  `SET ROLE ${SUPERUSER_ROLE}`,
  `SELECT set_config('session_authorization', '${SUPERUSER_ROLE}', false)`,
  `DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION ${SUPERUSER_ROLE}'; END $$`,
  `BEGIN; SET LOCAL SESSION AUTHORIZATION ${SUPERUSER_ROLE}; COMMIT`,
  `CREATE FUNCTION public.escape() RETURNS text LANGUAGE sql SET session_authorization = ${SUPERUSER_ROLE}
     AS 'SELECT current_user::text'; SELECT public.escape()`,
];

/**
 * Sets up the first guard that passes the test.
 *
 * @param only use this guard or none
 * @throws InvariantViolation when none does; the engine must then not be used
 */
export function createTestedGuard(
  backend: Backend,
  memory: SharedArrayBuffer,
  only: SuperuserGuardName | undefined,
): SuperuserGuard {
  const failures: unknown[] = [];
  for (const name of only === undefined ? SUPERUSER_GUARDS : [only]) {
    try {
      const guard = createSuperuserGuard(name, backend, memory);
      refuseEscapes(backend, guard);
      return guard;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new InvariantViolation("clients could become superuser on this build of PGlite", {
    cause: new AggregateError(failures),
  });
}

function refuseEscapes(backend: Backend, guard: SuperuserGuard): void {
  const { module } = backend;
  const failure = guard.become(ADMIN_ROLE);
  if (failure !== undefined) throw new InvariantViolation(failure.message);
  const userId = module._GetSessionUserId();
  for (const sql of ESCAPES) {
    const error = findServerError(backend.query(sql));
    backend.query("ROLLBACK");
    const isSameUser = module._GetUserId() === userId && module._GetSessionUserId() === userId;
    if (error === undefined || !isSameUser) {
      throw new InvariantViolation(`the guard ${guard.name} lets \`${sql}\` pass`);
    }
  }
}
