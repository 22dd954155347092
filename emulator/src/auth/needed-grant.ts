/** The statements that map a principal to a database role, for `admin` to run. */
import type { NeededGrant } from "./needed-permissions.ts";
import type { RoleMappingFacts } from "./ports.ts";

/** A mapping that a connection needs. */
export interface WantedMapping {
  readonly databaseRole: string;
  readonly principalArn: string;
  /** What the database says; `undefined` when it was not asked. */
  readonly facts: RoleMappingFacts | undefined;
  readonly state: NeededGrant["state"];
}

const PLAIN_NAME = /^[a-z_][a-z0-9_$]*$/;

/**
 * PostgreSQL's reserved words, which are names in quotes only.
 *
 * @see https://www.postgresql.org/docs/16/sql-keywords-appendix.html
 */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check " +
    "collate collation column concurrently constraint create cross current_catalog current_date " +
    "current_role current_schema current_time current_timestamp current_user default deferrable desc " +
    "distinct do else end except false fetch for foreign freeze from full grant group having ilike in " +
    "initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary " +
    "references returning right select session_user similar some symmetric system_user table " +
    "tablesample then to trailing true union unique user using variadic verbose when where window with"
  ).split(" "),
);

/** What the database needs; `undefined` for a role that nobody can be mapped to. */
export function neededGrant(wanted: WantedMapping): NeededGrant | undefined {
  const { databaseRole, principalArn, facts, state } = wanted;
  const role = facts?.role ?? "unknown";
  if (role === "reserved") return undefined;
  const name = identifier(databaseRole);
  const isMapped = facts?.principalsOfRole.includes(principalArn) === true;
  const statements = [
    ...(role === "missing" ? [`CREATE ROLE ${name} WITH LOGIN;`] : []),
    ...(role === "no-login" ? [`ALTER ROLE ${name} WITH LOGIN;`] : []),
    ...(isMapped ? [] : [`AWS IAM GRANT ${name} TO '${principalArn.replaceAll("'", "''")}';`]),
  ];
  return { databaseRole, principalArn, state, role, statements };
}

function identifier(name: string): string {
  return PLAIN_NAME.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
