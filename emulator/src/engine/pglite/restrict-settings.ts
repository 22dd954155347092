/**
 * Takes from clients every setting that DSQL does not let them change, on the engine itself, so that
 * no SQL gets around it: SET, RESET, `set_config`, SET clauses of functions, ALTER ROLE … SET all ask
 * the same place.
 *
 * PostgreSQL keeps who may change a setting in its `struct config_generic`. For the settings that
 * any user may change, it is replaced by "superusers" in the engine's memory.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/guc_tables.h
 */

import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { findServerError, firstValue } from "./backend-reply.ts";
import { ENGINE_SETTINGS } from "./session-settings.ts";

/** `PGC_USERSET` and `PGC_SUSET` of PostgreSQL's `enum GucContext`. */
const ANY_USER = 6;
const SUPERUSER = 5;
/** Words of the struct: name, context, group, short description, long one, flags, type of value. */
const CONTEXT_WORD = 1;
const GROUP_WORD = 2;
const DESCRIPTION_WORD = 3;
const TYPE_WORD = 6;
const MAX_GROUP = 100;
const MAX_TYPE = 4;
/** The structs are initialized data, which lies far below this. */
const DATA_END_BYTES = 8 * 1024 * 1024;
const MAX_NAME_BYTES = 64;

/** Settings of any user that `pg_settings` does not show. */
const HIDDEN_SETTINGS = ["default_with_oids", "seed", "ssl_renegotiation_limit"];

/**
 * Those that stay as they are: what belongs to a session, the modes of the current transaction, and
 * the role, which the guard against becoming superuser looks after.
 */
const KEPT_SETTINGS: ReadonlySet<string> = new Set([
  ...ENGINE_SETTINGS,
  "role",
  "session_authorization",
  "transaction_deferrable",
  "transaction_isolation",
  "transaction_read_only",
]);

/**
 * Restricts the settings.
 *
 * @returns the names of the restricted ones, in lower case
 * @throws InvariantViolation when one of them is not found exactly once in the engine's memory
 */
export function restrictSettings(backend: Backend, memory: SharedArrayBuffer): readonly string[] {
  const words = new Uint32Array(memory);
  const wanted = userSettings(backend).filter((name) => !KEPT_SETTINGS.has(name));
  const names = [...wanted, ...HIDDEN_SETTINGS];
  const places = findSettings(Buffer.from(memory), words, new Set(names));
  const unclear = names.filter((name) => places.get(name)?.length !== 1);
  if (unclear.length > 0) {
    throw new InvariantViolation(`settings not found in the engine: ${unclear.join(", ")}`);
  }
  for (const [place] of places.values()) {
    if (place !== undefined) words[place + CONTEXT_WORD] = SUPERUSER;
  }
  return names;
}

/**
 * Proves that the current user, who must be no superuser, cannot change one of these settings.
 *
 * @throws InvariantViolation when it can
 */
export function refuseSettings(backend: Backend, names: readonly string[]): void {
  const open = userSettings(backend).filter((name) => !KEPT_SETTINGS.has(name));
  const changeable = names.filter((name) => {
    const error = findServerError(backend.query(`SET ${name} TO DEFAULT`));
    return error?.message !== `permission denied to set parameter "${name}"`;
  });
  if (open.length + changeable.length > 0) {
    throw new InvariantViolation(
      `clients could change settings: ${[...open, ...changeable].join(", ")}`,
    );
  }
}

function userSettings(backend: Backend): string[] {
  const sql =
    "SELECT pg_catalog.string_agg(pg_catalog.lower(name), ' ') FROM pg_catalog.pg_settings WHERE context = 'user'";
  return (firstValue(backend.query(sql)) ?? "").split(" ");
}

/** Where in the memory, in words, the structs with these names are. */
function findSettings(
  bytes: Buffer,
  words: Uint32Array,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  const end = Math.min(words.length, DATA_END_BYTES / Uint32Array.BYTES_PER_ELEMENT) - TYPE_WORD;
  for (let place = 0; place < end; place += 1) {
    if (words[place + CONTEXT_WORD] !== ANY_USER) continue;
    if ((words[place + GROUP_WORD] ?? 0) > MAX_GROUP) continue;
    if ((words[place + TYPE_WORD] ?? 0) > MAX_TYPE) continue;
    const description = words[place + DESCRIPTION_WORD] ?? 0;
    if (description === 0 || description >= DATA_END_BYTES) continue;
    const name = textAt(bytes, words[place] ?? 0).toLowerCase();
    if (names.has(name)) places.set(name, [...(places.get(name) ?? []), place]);
  }
  return places;
}

/** The text with a zero byte at its end; empty when there is none, or a longer one than names are. */
function textAt(bytes: Buffer, address: number): string {
  const end = bytes.subarray(address, address + MAX_NAME_BYTES).indexOf(0);
  return end < 0 ? "" : bytes.toString("latin1", address, address + end);
}
