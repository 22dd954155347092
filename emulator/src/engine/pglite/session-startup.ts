/**
 * The settings of a startup packet: those whose stored form is known without asking the engine, and
 * the ParameterStatus values that a session starts with.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-ASYNC
 */

import { SERVER_VERSION } from "../../dsql/index.ts";
import {
  ENGINE_SETTINGS,
  overrideSettings,
  type SettingValues,
  settingValue,
} from "./session-settings.ts";

/** NAMEDATALEN - 1: PostgreSQL cuts a longer application_name. */
const APPLICATION_NAME_MAX_BYTES = 63;

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ["on", "on"],
  ["true", "on"],
  ["yes", "on"],
  ["1", "on"],
  ["off", "off"],
  ["false", "off"],
  ["no", "off"],
  ["0", "off"],
]);

const CANONICAL_FORMS: ReadonlyMap<string, (value: string) => string | undefined> = new Map([
  ["application_name", canonicalApplicationName],
  ["client_encoding", (value) => (/^(utf-?8|unicode)$/i.test(value) ? "UTF8" : undefined)],
  [
    "extra_float_digits",
    (value) => (/^(-?[1-9]|-1[0-5]|0)$/.test(value) ? digits(value) : undefined),
  ],
  ["intervalstyle", canonicalIntervalStyle],
  ["datestyle", canonicalDateStyle],
  ["timezone", (value) => (/^(UTC|GMT|Etc\/UTC)$/.test(value) ? value : undefined)],
  [
    "search_path",
    (value) => (/^[a-z_][a-z0-9_]*(, ?[a-z_][a-z0-9_]*)*$/.test(value) ? value : undefined),
  ],
]);

function canonicalApplicationName(value: string): string | undefined {
  const plain = /^[\x20-\x7e]*$/.test(value) && value.length <= APPLICATION_NAME_MAX_BYTES;
  return plain ? value : undefined;
}

function canonicalIntervalStyle(value: string): string | undefined {
  const lower = value.toLowerCase();
  return /^(postgres|postgres_verbose|sql_standard|iso_8601)$/.test(lower) ? lower : undefined;
}

function canonicalDateStyle(value: string): string | undefined {
  const order = /^iso, ?(mdy|dmy|ymd)$/i.exec(value)?.[1];
  return order === undefined ? undefined : `ISO, ${order.toUpperCase()}`;
}

/** -15 to 3 is what PostgreSQL takes; anything else is for it to refuse. */
function digits(value: string): string | undefined {
  return Number(value) <= 3 ? value : undefined;
}

/** Key of a value as a client wrote it, for the forms in which the engine has stored such values. */
export function acceptedValueKey(name: string, value: string): string {
  return `${name.toLowerCase()}=${value}`;
}

/**
 * The start-up settings in the form in which the engine stores them.
 *
 * @returns undefined when only the engine can tell the form, or whether the values are good at all
 */
export function canonicalStartupSettings(
  baseline: SettingValues,
  settings: ReadonlyMap<string, string>,
  accepted: ReadonlyMap<string, string>,
): SettingValues | undefined {
  const canonical = new Map<string, string>();
  for (const [writtenName, value] of settings) {
    const name = writtenName.toLowerCase();
    if (!ENGINE_SETTINGS.includes(name)) continue;
    const form =
      value === settingValue(baseline, name)
        ? value
        : (canonicalForm(name, value) ?? accepted.get(acceptedValueKey(name, value)));
    if (form === undefined) return undefined;
    canonical.set(name, form);
  }
  return canonical.size === 0 ? baseline : overrideSettings(baseline, canonical);
}

function canonicalForm(name: string, value: string): string | undefined {
  if (name.startsWith("enable_")) return BOOLEANS.get(value.toLowerCase());
  return CANONICAL_FORMS.get(name)?.(value);
}

/** ParameterStatus values that a session of this role starts with, by their official names. */
export function startupParameters(
  databaseRole: string,
  values: SettingValues,
): ReadonlyMap<string, string> {
  return new Map([
    ["application_name", settingValue(values, "application_name")],
    ["client_encoding", settingValue(values, "client_encoding")],
    ["DateStyle", settingValue(values, "datestyle")],
    ["default_transaction_read_only", settingValue(values, "default_transaction_read_only")],
    ["in_hot_standby", "off"],
    ["integer_datetimes", "on"],
    ["IntervalStyle", settingValue(values, "intervalstyle")],
    ["is_superuser", "off"],
    ["server_encoding", "UTF8"],
    ["server_version", SERVER_VERSION.serverVersion],
    ["session_authorization", databaseRole],
    ["standard_conforming_strings", "on"],
    ["TimeZone", settingValue(values, "timezone")],
  ]);
}
