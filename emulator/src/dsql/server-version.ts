/**
 * What the service calls its version, as recorded from a real cluster in October 2026.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-systems-tables.html
 */
export const SERVER_VERSION = {
  /** `SHOW server_version` and the ParameterStatus of that name. */
  serverVersion: "16.15",
  /** `SHOW server_version_num`. */
  serverVersionNumber: 160_015,
  /** `SELECT version()`. */
  versionText: "PostgreSQL 16",
} as const;
