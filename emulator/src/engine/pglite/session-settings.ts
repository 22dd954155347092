/**
 * The settings of a session: which ones the engine keeps, the SQL that switches the shared backend
 * from one session's values to another's, and the SQL that reads the values back.
 *
 * A full set of values is one string per name of `ENGINE_SETTINGS`, in that order, in the form in
 * which `current_setting` shows it; two sets are equal when their strings are.
 */

import { SESSION_PARAMETERS } from "../../dsql/index.ts";

/** Values of all engine settings, in the order of `ENGINE_SETTINGS`. */
export type SettingValues = readonly string[];

/** PostgreSQL does not know it; the emulator's own statements deal with it. */
const UNKNOWN_TO_THE_ENGINE = "disable_sync_create_index";

/**
 * Settings outside of DSQL's list that sessions can change all the same: what SET SESSION
 * CHARACTERISTICS AS TRANSACTION READ ONLY changes, and what PostgreSQL itself sets with the rights of
 * the user, to check a new foreign key and to rebuild the indexes of a column whose type changes.
 */
const CHANGEABLE_BESIDE_THE_LIST = [
  "default_transaction_read_only",
  "work_mem",
  "hash_mem_multiplier",
  "default_tablespace",
];

/** The settings that belong to a session and live in the engine. */
export const ENGINE_SETTINGS: readonly string[] = [
  ...SESSION_PARAMETERS.filter((name) => name !== UNKNOWN_TO_THE_ENGINE),
  ...CHANGEABLE_BESIDE_THE_LIST,
];

/** Between the values in the answer of `READ_SETTINGS_SQL`; no setting contains it. */
const SEPARATOR = "\x1f";

/**
 * Query whose one value has all values of `ENGINE_SETTINGS`, in hexadecimal of UTF-8, so that the
 * client_encoding of the session does not matter. A placeholder that was never set is empty.
 */
export const READ_SETTINGS_SQL = `SELECT pg_catalog.encode(pg_catalog.convert_to(
  pg_catalog.concat_ws(E'\\x1f', ${ENGINE_SETTINGS.map(
    (name) => `coalesce(pg_catalog.current_setting('${name}', true), '')`,
  ).join(", ")}), 'UTF8'), 'hex')`;

/** The value that `READ_SETTINGS_SQL` gave; undefined when it has not the right number of values. */
export function parseSettings(hexadecimal: string): SettingValues | undefined {
  const values = Buffer.from(hexadecimal, "hex").toString("utf8").split(SEPARATOR);
  return values.length === ENGINE_SETTINGS.length ? values : undefined;
}

/**
 * Brings the engine back to the settings of its start, also those that no list knows: a client can
 * make settings of any name with a dot in it.
 */
export const RESET_SETTINGS_SQL = "RESET ALL";

/** SQL that brings the engine from one set of values to the other; undefined when they are equal. */
export function switchSettingsSql(from: SettingValues, to: SettingValues): string | undefined {
  if (from === to) return undefined;
  const calls = ENGINE_SETTINGS.flatMap((name, index) => {
    const value = to[index] ?? "";
    return value === from[index] ? [] : [setConfigSql(name, value)];
  });
  return calls.length === 0 ? undefined : `SELECT ${calls.join(", ")}`;
}

function setConfigSql(name: string, value: string): string {
  return `pg_catalog.set_config('${name}', ${quoteAsciiLiteral(value)}, false)`;
}

/**
 * The text as an SQL literal of ASCII characters only, since the engine reads the SQL in whatever
 * client_encoding the session before has left behind.
 */
export function quoteAsciiLiteral(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (/^[\x20-\x5b\x5d-\x7e]*$/.test(quoted)) return `'${quoted}'`;
  let escaped = "";
  for (const character of quoted) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\\") escaped += "\\\\";
    else if (code >= 0x20 && code < 0x7f) escaped += character;
    else escaped += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `E'${escaped}'`;
}

/** Values with some of them replaced; names that the engine does not keep are left out. */
export function overrideSettings(
  values: SettingValues,
  overrides: ReadonlyMap<string, string>,
): SettingValues {
  const byName = new Map([...overrides].map(([name, value]) => [name.toLowerCase(), value]));
  return ENGINE_SETTINGS.map((name, index) => byName.get(name) ?? values[index] ?? "");
}

/** One value of a set, by the lower-case name of the setting. */
export function settingValue(values: SettingValues, name: string): string {
  return values[ENGINE_SETTINGS.indexOf(name)] ?? "";
}
