/**
 * The schema `sys` of a DSQL cluster, as far as authorization goes, and the tables behind it: which
 * IAM principals may connect as which database roles.
 *
 * Clients reach the tables by `AWS IAM GRANT` and `AWS IAM REVOKE` alone, whose place in the text is
 * taken by CALL of `sys.map` and `sys.unmap`. A role that is mapped gets the privilege CONNECT, which
 * everybody has anyway: so PostgreSQL itself refuses to drop it, and nobody but the superuser can take
 * that away.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
 */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import { SESSION_FACT, SESSION_FACTS_SETTING } from "./session-facts.ts";
import { SUPERUSER_ROLE } from "./worker-protocol.ts";

/** SQLSTATE of the notice that tells the command tag of a CALL; no client can raise it. */
export const TAG_NOTICE = "DSQLT";

/**
 * Only roles and users, with their path. Which other principals DSQL takes is not known; our choice.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
const IAM_ARN = "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/([!-~]+/)*[A-Za-z0-9+=,.@_-]{1,64}$";

/** Used at each start to find where PostgreSQL remembers the sequences of a session. */
export const PROBE_SEQUENCE = "sys.probe";

/** A search path in which clients can create nothing. */
const SAFE_PATH = "SET search_path = pg_catalog, pg_temp";
const DEFINER = `LANGUAGE plpgsql SECURITY DEFINER ${SAFE_PATH}`;

function raise(sqlState: string, message: string): string {
  return `RAISE EXCEPTION USING ERRCODE = '${sqlState}', MESSAGE = ${message};`;
}

function sessionFact(fact: keyof typeof SESSION_FACT): string {
  return `split_part(current_setting('${SESSION_FACTS_SETTING}'), chr(31), ${SESSION_FACT[fact]})`;
}

/** The procedure that stands for a statement: only `admin` gets to the function behind it. */
function statementProcedure(name: string, tag: string, verb: string, behind: string): string {
  return `CREATE PROCEDURE sys.${name}(role_name text, arn text) LANGUAGE plpgsql ${SAFE_PATH} AS $$
  BEGIN
    IF current_user <> '${ADMIN_ROLE}' THEN
      ${raise("42501", `format('permission denied to ${verb} IAM trust with role %s', role_name::name)`)}
    END IF;
    IF current_setting('transaction_read_only') = 'on' THEN
      ${raise("25006", `'cannot execute ${tag} in a read-only transaction'`)}
    END IF;
    IF arn !~ '${IAM_ARN}' THEN
      ${raise("22023", "'IAM role must look like an IAM ARN'")}
    END IF;
    PERFORM sys.${behind}(role_name::name, arn);
    RAISE NOTICE USING ERRCODE = '${TAG_NOTICE}', MESSAGE = '${tag}';
  END $$`;
}

/** Looks up the role into `mapped`. */
const FIND_ROLE = `IF role_name IN ('${ADMIN_ROLE}', '${SUPERUSER_ROLE}') OR role_name ~ '^pg_' THEN
      ${raise("0A000", "format('Cannot establish trust with role %s', role_name)")}
    END IF;
    SELECT oid, rolcanlogin INTO mapped FROM pg_authid WHERE rolname = role_name;
    IF NOT FOUND THEN
      ${raise("42704", `format('role "%s" does not exist', role_name)`)}
    END IF;`;

const TRUST = `CREATE FUNCTION sys.iam_trust(role_name name, principal text) RETURNS void ${DEFINER} AS $$
  DECLARE mapped record; principal_oid oid;
  BEGIN
    ${FIND_ROLE}
    IF NOT mapped.rolcanlogin THEN
      ${raise("55000", "format('role %s must have the LOGIN attribute', role_name)")}
    END IF;
    SELECT iam_oid INTO principal_oid FROM sys.iam_principals WHERE arn = principal;
    IF NOT FOUND THEN
      principal_oid := pg_nextoid('pg_authid', 'oid', 'pg_authid_oid_index');
      INSERT INTO sys.iam_principals VALUES (principal_oid, principal);
    END IF;
    INSERT INTO sys.iam_trusts VALUES (principal_oid, mapped.oid, '${ADMIN_ROLE}'::regrole)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND AND ${sessionFact("refusesRepeatedGrant")} = 'on' THEN
      ${raise("42710", "format('IAM trust of role %s with %s already exists', role_name, principal)")}
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE postgres TO %I', role_name);
  END $$`;

const DISTRUST = `CREATE FUNCTION sys.iam_distrust(role_name name, principal text) RETURNS void ${DEFINER} AS $$
  DECLARE mapped record; principal_oid oid;
  BEGIN
    ${FIND_ROLE}
    SELECT iam_oid INTO principal_oid FROM sys.iam_principals WHERE arn = principal;
    DELETE FROM sys.iam_trusts WHERE iam_oid = principal_oid AND pg_role_oid = mapped.oid;
    IF NOT FOUND THEN
      ${raise("42704", "format('IAM role %s does not exist', principal)")}
    END IF;
    DELETE FROM sys.iam_principals WHERE iam_oid = principal_oid
      AND NOT EXISTS (SELECT FROM sys.iam_trusts t WHERE t.iam_oid = principal_oid);
    IF NOT EXISTS (SELECT FROM sys.iam_trusts WHERE pg_role_oid = mapped.oid) THEN
      EXECUTE format('REVOKE CONNECT ON DATABASE postgres FROM %I', role_name);
    END IF;
  END $$`;

/** What the emulator asks for all mappings: a JSON array of [ARN, role's object id, name, LOGIN]. */
const ALL_MAPPINGS = `CREATE FUNCTION sys.iam_mappings() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER ${SAFE_PATH} AS $$
  SELECT coalesce(json_agg(json_build_array(arn, r.oid::bigint, r.rolname, r.rolcanlogin))::text, '[]')
  FROM sys.iam_trusts t JOIN sys.iam_principals p ON p.iam_oid = t.iam_oid JOIN pg_authid r ON r.oid = t.pg_role_oid $$`;

/**
 * Query whose one value has all mappings and all roles as [name, LOGIN], see `parseRoleMappings`. It has
 * no operators, so that nothing depends on what those of a client's schema do.
 */
export const READ_MAPPINGS_SQL =
  "SELECT pg_catalog.json_build_object('mappings', sys.iam_mappings()::pg_catalog.json, 'roles', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(rolname, rolcanlogin)) FROM pg_catalog.pg_roles))";

/** OID and text come to clients as DSQL's columns do: as numbers and strings. */
const MAPPINGS_VIEW = `CREATE VIEW sys.iam_pg_role_mappings AS
  SELECT p.iam_oid, p.arn, r.oid AS pg_role_oid, r.rolname::text AS pg_role_name,
    g.oid AS grantor_pg_role_oid, g.rolname::text AS grantor_pg_role_name
  FROM sys.iam_trusts t JOIN sys.iam_principals p ON p.iam_oid = t.iam_oid
    JOIN pg_catalog.pg_authid r ON r.oid = t.pg_role_oid
    JOIN pg_catalog.pg_authid g ON g.oid = t.grantor_pg_role_oid`;

/** A function without arguments over what the emulator knows of the session that calls it. */
function factFunction(name: string, type: string, expression: string): string {
  return `CREATE FUNCTION ${name}() RETURNS ${type} LANGUAGE sql STABLE SECURITY DEFINER ${SAFE_PATH}
    AS $$ SELECT ${expression} $$`;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 in lower case without padding: 26 letters stand for 128 bits, and two bits are left over. */
const BASE32_FUNCTIONS: readonly string[] = [
  `CREATE FUNCTION sys.uuid_to_base32_str(id uuid) RETURNS text LANGUAGE sql IMMUTABLE STRICT ${SAFE_PATH} AS $$
    SELECT string_agg(substr('${BASE32}', bits::int + 1, 1), '' ORDER BY place)
    FROM (SELECT place, substring(('x' || replace(id::text, '-', ''))::bit(128)::bit(130) FROM place * 5 + 1 FOR 5) AS bits
          FROM generate_series(0, 25) AS place) AS letters $$`,
  `CREATE FUNCTION sys.base32_str_to_uuid(id text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT ${SAFE_PATH} AS $$
  DECLARE bits text;
  BEGIN
    IF id !~ '^[a-z2-7]{25}[aeimquy4]$' THEN
      ${raise("22P02", "'Unable to convert text to UUID'")}
    END IF;
    SELECT string_agg((strpos('${BASE32}', substr(id, place, 1)) - 1)::bit(5)::text, '' ORDER BY place)
      INTO bits FROM generate_series(1, 26) AS place;
    RETURN (SELECT string_agg(lpad(to_hex(substr(bits, place * 32 + 1, 32)::bit(32)::bigint), 8, '0'), '' ORDER BY place)
      FROM (SELECT place FROM generate_series(0, 3) AS place) AS words)::uuid;
  END $$`,
];

/** SQL that makes the schema; each statement runs by itself, as the superuser. */
export const SYS_STATEMENTS: readonly string[] = [
  "CREATE SCHEMA sys",
  "GRANT USAGE ON SCHEMA sys TO PUBLIC",
  "CREATE TABLE sys.iam_principals (iam_oid oid PRIMARY KEY, arn text NOT NULL UNIQUE)",
  `CREATE TABLE sys.iam_trusts (iam_oid oid NOT NULL, pg_role_oid oid NOT NULL,
     grantor_pg_role_oid oid NOT NULL, PRIMARY KEY (pg_role_oid, iam_oid))`,
  `CREATE SEQUENCE ${PROBE_SEQUENCE} CYCLE`,
  MAPPINGS_VIEW,
  "GRANT SELECT ON sys.iam_pg_role_mappings TO PUBLIC",
  TRUST,
  DISTRUST,
  ALL_MAPPINGS,
  ...["iam_trust(name, text)", "iam_distrust(name, text)", "iam_mappings()"].flatMap((behind) => [
    `REVOKE EXECUTE ON FUNCTION sys.${behind} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION sys.${behind} TO ${ADMIN_ROLE}`,
  ]),
  statementProcedure("map", "AWS IAM GRANT", "grant", "iam_trust"),
  statementProcedure("unmap", "AWS IAM REVOKE", "revoke", "iam_distrust"),
  ...BASE32_FUNCTIONS,
  factFunction("sys.iam_session_user", "text", `nullif(${sessionFact("principalArn")}, '')`),
  factFunction("sys.current_session_id", "text", `nullif(${sessionFact("sessionId")}, '')`),
  factFunction(
    "sys.current_transaction_id",
    "text",
    `sys.uuid_to_base32_str(md5(${sessionFact("sessionId")} || ' ' || pg_current_xact_id()::text)::uuid)`,
  ),
  factFunction("sys.dsql_major_version", "integer", "1"),
  factFunction("sys.backend_pid", "integer", `nullif(${sessionFact("processId")}, '')::int`),
  // All sessions share one backend, whose process id is no session's. The planner must be able to put
  // the call in the place of this one, since PostgreSQL knows the code of its own functions by heart.
  `CREATE OR REPLACE FUNCTION pg_catalog.pg_backend_pid() RETURNS integer LANGUAGE sql STABLE
     AS $$ SELECT sys.backend_pid() $$`,
];
