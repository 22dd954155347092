/**
 * The settings that a client may change, by `SET`, `set_config` or in the startup packet; DSQL
 * refuses every other one.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html
 */
export const SESSION_PARAMETERS: readonly string[] = [
  "application_name",
  "client_encoding",
  "datestyle",
  "extra_float_digits",
  "intervalstyle",
  "timezone",
  "search_path",
  "enable_bitmapscan",
  "enable_hashjoin",
  "enable_indexonlyscan",
  "enable_indexscan",
  "enable_material",
  "enable_mergejoin",
  "enable_nestloop",
  "enable_seqscan",
  "dsql.enable_batched_nestloop",
  "disable_sync_create_index",
];

const ALLOWED: ReadonlySet<string> = new Set(SESSION_PARAMETERS);

/** Whether a client may change this setting; PostgreSQL compares setting names without case. */
export function isSessionParameter(name: string): boolean {
  return ALLOWED.has(name.toLowerCase());
}
