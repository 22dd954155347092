/** What the prepared snapshot is made of, and the key that changes when any of it does. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADMIN_ROLE, SERVER_VERSION } from "../../dsql/index.ts";
import { SYS_STATEMENTS } from "./sys-schema.ts";
import { SUPERUSER_ROLE } from "./worker-protocol.ts";

/** Parameters of initdb. DSQL has the collation C only; small WAL segments keep the snapshot small. */
export const INITDB_PARAMETERS: readonly string[] = [
  "-U",
  SUPERUSER_ROLE,
  "--wal-segsize=1",
  "--locale=C",
];

/** Object id of the role `admin`, as clusters show it. */
const ADMIN_ROLE_ID = 15_579;

/** SQL that takes these functions from everybody. */
function revokeExecuteSql(condition: string): string {
  return `DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE ${condition}
    LOOP EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP; END $$`;
}

/** SQL that makes a fresh PostgreSQL look like a DSQL cluster; each statement runs by itself. */
export const SETUP_STATEMENTS: readonly string[] = [
  `CREATE ROLE ${ADMIN_ROLE} LOGIN CREATEROLE`,
  `UPDATE pg_catalog.pg_authid SET oid = ${ADMIN_ROLE_ID} WHERE rolname = '${ADMIN_ROLE}'`,
  `GRANT CREATE ON DATABASE postgres TO ${ADMIN_ROLE}`,
  `GRANT ALL ON SCHEMA public TO ${ADMIN_ROLE}`,
  `CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
     AS $$ SELECT '${SERVER_VERSION.versionText}'::text $$`,
  // Raises an error with this SQLSTATE and text, where the emulator refuses what the engine would take.
  `CREATE FUNCTION pg_catalog.dsql_emulator_refuse(sqlstate text, message text) RETURNS void
     LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = $1, MESSAGE = $2; END $$`,
  // One backend has the prepared statements of all sessions: none may read those of the others.
  `CREATE OR REPLACE VIEW pg_catalog.pg_prepared_statements AS
     SELECT name, statement, prepare_time, parameter_types, result_types, from_sql, generic_plans, custom_plans
     FROM pg_catalog.pg_prepared_statement() WHERE false`,
  "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_prepared_statement() FROM PUBLIC",
  // DSQL has no PL/pgSQL, and with it clients could run SQL that nothing has looked at.
  "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
  "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC",
  revokeExecuteSql(
    "proname ~ '^(pg_(try_)?advisory_.*|lo_.*|loread|lowrite|pg_notify|pg_logical_emit_message)$'",
  ),
  // With them an UPDATE of this view, or of another view over it, changes a setting.
  "DROP RULE pg_settings_u ON pg_catalog.pg_settings",
  "DROP RULE pg_settings_n ON pg_catalog.pg_settings",
  // PGlite never returns from a conversion, so there is UTF8 alone. Besides, nothing could be recognized
  // in texts of encodings like SJIS, whose characters contain the bytes of ASCII characters.
  revokeExecuteSql("oid IN (SELECT conproc FROM pg_catalog.pg_conversion)"),
  "DELETE FROM pg_catalog.pg_conversion",
  ...SYS_STATEMENTS,
  "ALTER DATABASE template0 IS_TEMPLATE false",
  "ALTER DATABASE template1 IS_TEMPLATE false",
  "DROP DATABASE template0",
  "DROP DATABASE template1",
  "VACUUM FREEZE",
];

/** Raised when the way of making the snapshot changes without a change of the inputs. */
const FORMAT = 1;

/** Names of snapshot files. */
export const SNAPSHOT_NAME = /^snapshot-[0-9a-f]{16}\.tar\.gz$/;

/** Name of the snapshot file for these inputs and the installed PGlite. */
export function snapshotFileName(): string {
  const inputs = [FORMAT, installedPgliteVersion(), INITDB_PARAMETERS, SETUP_STATEMENTS];
  const key = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16);
  return `snapshot-${key}.tar.gz`;
}

/** Directories in which the snapshot may be: beside the compiled code, seen from there or the sources. */
export function snapshotDirectories(): readonly string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  if (!import.meta.url.endsWith(".ts")) return [here];
  return [join(here, "..", "..", "..", "..", "dist", "engine", "pglite")];
}

/**
 * Path of the prepared snapshot.
 *
 * @throws Error when it has not been made
 */
export function findSnapshot(): string {
  const name = snapshotFileName();
  const found = snapshotDirectories()
    .map((directory) => join(directory, name))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Error(
    `no database snapshot \`${name}\` in ${snapshotDirectories().join(", ")}: run \`npm run build\``,
  );
}

function installedPgliteVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
