/**
 * Makes the engine report DSQL's version in `server_version` and `server_version_num`. Nobody can
 * set them, not even a superuser; so their values are replaced in the engine's memory.
 */

import { SERVER_VERSION } from "../../dsql/index.ts";
import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { firstValue } from "./backend-reply.ts";

const WORD_BYTES = 4;
/** An allocated text of up to 8 bytes has 8 bytes: PostgreSQL's smallest chunk. */
const SMALLEST_CHUNK_BYTES = 8;
/** Distance from `boot_val` to `reset_val` in PostgreSQL's `struct config_string`, in bytes. */
const BOOT_TO_RESET_BYTES = 16;

/**
 * Replaces the version and checks that PostgreSQL shows it.
 *
 * @throws InvariantViolation when it does not
 */
export function reportDsqlVersion(backend: Backend, memory: SharedArrayBuffer): void {
  const bytes = Buffer.from(memory);
  const words = new Uint32Array(memory);
  const actualText = show(backend, "server_version");
  const actualNumber = Number(show(backend, "server_version_num"));
  if (actualText !== SERVER_VERSION.serverVersion) {
    replaceText(bytes, words, actualText);
    replaceNumber(bytes, words, actualNumber);
  }
  for (const [name, expected] of [
    ["server_version", SERVER_VERSION.serverVersion],
    ["server_version_num", String(SERVER_VERSION.serverVersionNumber)],
  ] as const) {
    const shown = show(backend, name);
    if (shown !== expected) {
      throw new InvariantViolation(`${name} is \`${shown}\` instead of \`${expected}\``);
    }
  }
}

/**
 * The setting is a struct in static memory with pointers to its built-in text (`boot_val`) and to an
 * allocated copy of it (`reset_val`, also the value). The copy is overwritten, and `boot_val`, which
 * `pg_settings` shows, is pointed to it.
 */
function replaceText(bytes: Buffer, words: Uint32Array, actual: string): void {
  const replacement = Buffer.from(`${SERVER_VERSION.serverVersion}\0`);
  if (replacement.length > SMALLEST_CHUNK_BYTES) throw new InvariantViolation("version too long");
  const places = positionsOf(bytes, Buffer.from(`${actual}\0`));
  for (const bootValue of places) {
    for (const pointer of positionsOf(bytes, wordBytes(bootValue))) {
      const resetValue = words[(pointer + BOOT_TO_RESET_BYTES) / WORD_BYTES];
      if (pointer % WORD_BYTES !== 0 || resetValue === undefined) continue;
      if (resetValue === bootValue || !places.includes(resetValue)) continue;
      replacement.copy(bytes, resetValue);
      words[pointer / WORD_BYTES] = resetValue;
      return;
    }
  }
}

/** The number stands in the variable and in `boot_val`, `min`, `max` and `reset_val` of its setting. */
function replaceNumber(bytes: Buffer, words: Uint32Array, actual: number): void {
  for (const place of positionsOf(bytes, wordBytes(actual))) {
    if (place % WORD_BYTES === 0) words[place / WORD_BYTES] = SERVER_VERSION.serverVersionNumber;
  }
}

function positionsOf(bytes: Buffer, pattern: Buffer): number[] {
  const positions: number[] = [];
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
    positions.push(at);
  }
  return positions;
}

function wordBytes(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer);
}

function show(backend: Backend, name: string): string {
  return firstValue(backend.query(`SHOW ${name}`)) ?? "";
}
