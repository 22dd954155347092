/** Which roles a database has, and to whom they are mapped, as its own catalogue says. */
import { BACKEND_TYPE, queryFrame } from "../pgwire/index.ts";
import type { ConfiguredDatabaseRole } from "../config/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { PgliteEngine } from "../engine/index.ts";
import type { DatabaseRoles } from "../review/index.ts";

const QUERY = `SELECT json_build_object(
  'roles', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_catalog.pg_roles
    WHERE rolcanlogin AND NOT rolsuper AND rolname <> '${ADMIN_ROLE}'),
  'mappings', (SELECT coalesce(json_agg(json_build_array(arn, pg_role_name) ORDER BY pg_role_name, arn), '[]')
    FROM sys.iam_pg_role_mappings))::text`;

const HEADER_BYTES = 5;
/** Number of columns, then the length of the first. */
const VALUE_OFFSET = HEADER_BYTES + 6;

interface Answer {
  readonly roles: readonly string[];
  readonly mappings: readonly (readonly [arn: string, role: string])[];
}

/**
 * Asks the engine, which starts if it does not run. It waits as any session does: behind an open
 * transaction no longer than `limits.transactionWaitMs`.
 *
 * @throws Error when it cannot be asked
 */
export async function readDatabaseRoles(engine: PgliteEngine): Promise<DatabaseRoles> {
  const session = await engine.openSession({ databaseRole: ADMIN_ROLE, settings: new Map() });
  try {
    const pieces: Uint8Array[] = [];
    const outcome = await session.run(
      {
        frames: [queryFrame(QUERY)],
        endsWithReadyForQuery: true,
        mayChangeSettings: false,
        deallocatesAll: false,
      },
      (chunk) => {
        pieces.push(chunk.slice());
        return undefined;
      },
    );
    const value = firstValue(Buffer.concat(pieces));
    if (value === undefined) {
      throw new Error(`the database did not tell its roles (${outcome.kind}); ask again later`);
    }
    const { roles, mappings } = JSON.parse(value) as Answer;
    return {
      loginRoles: roles,
      mappings: mappings.map(([principalArn, databaseRole]) => ({ principalArn, databaseRole })),
    };
  } finally {
    await session.close();
  }
}

/** As a database is that begins with these roles. */
export function declaredDatabaseRoles(roles: readonly ConfiguredDatabaseRole[]): DatabaseRoles {
  return {
    loginRoles: roles.map(({ name }) => name).sort(),
    mappings: roles.flatMap(({ name, arns }) =>
      arns.map((principalArn) => ({ principalArn, databaseRole: name })),
    ),
  };
}

/** The one value of the first DataRow of an answer. */
function firstValue(answer: Buffer): string | undefined {
  for (let offset = 0; offset < answer.length;) {
    const end = offset + 1 + answer.readUInt32BE(offset + 1);
    if (answer[offset] === BACKEND_TYPE.DataRow) {
      return answer.subarray(offset + VALUE_OFFSET, end).toString("utf8");
    }
    offset = end;
  }
  return undefined;
}
