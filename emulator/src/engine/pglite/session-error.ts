/**
 * Errors of PostgreSQL that stand for something that DSQL does not have, in DSQL's words. Clients
 * cannot raise errors with texts of their own, so the texts are PostgreSQL's.
 *
 * @see https://www.postgresql.org/docs/16/protocol-error-fields.html
 */

import { BACKEND_TYPE, latin1Text } from "../../pgwire/index.ts";
import { concatBytes, writeLength } from "./session-frames.ts";

const HEADER_BYTES = 5;
const FEATURE_NOT_SUPPORTED = "0A000";

/** Texts of errors of SQLSTATE 42501, and what DSQL says. */
const REPLACEMENTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [
    /^permission denied to set parameter "([^]*)"$/,
    'setting configuration parameter "$1" not supported',
  ],
  // Recorded for advisory locks; the others are inferred, since DSQL has nothing of what they do.
  [
    /^permission denied for function (pg_(?:try_)?advisory_\w+|lo_(?!import|export)\w+|lo(?:read|write)|pg_notify|pg_logical_emit_message)$/,
    "function $1 not supported",
  ],
  [/^permission denied for language (plpgsql)$/, "CREATE FUNCTION with language $1 not supported"],
  [
    /^permission denied to create temporary tables in database "postgres"$/,
    "TEMPORARY or TEMP table not supported for CREATE TABLE",
  ],
];

/** Where PL/pgSQL raises the errors that `dsql_emulator_refuse` is asked for. */
const RAISED_BY_REFUSE = "Rexec_stmt_raise";
/** File, line, routine, context: of the emulator's own function. */
const INTERNAL_FIELDS = "FLRW";

/** The ErrorResponse as DSQL would send it; the same one when there is nothing to change. */
export function asDsqlError(message: Uint8Array): Uint8Array {
  const fields = latin1Text(message.subarray(HEADER_BYTES)).split("\0");
  if (fields.includes(RAISED_BY_REFUSE)) {
    return errorOf(fields.filter((field) => !INTERNAL_FIELDS.includes(field.charAt(0))));
  }
  if (!fields.includes("C42501")) return message;
  const text = fields.find((field) => field.startsWith("M"))?.slice(1) ?? "";
  const found = REPLACEMENTS.find(([pattern]) => pattern.test(text));
  if (found === undefined) return message;
  const replaced = text.replace(found[0], found[1]);
  return errorOf(fields.map((field) => replacedField(field, replaced)));
}

function replacedField(field: string, text: string): string {
  if (field.startsWith("C")) return `C${FEATURE_NOT_SUPPORTED}`;
  return field.startsWith("M") ? `M${text}` : field;
}

function errorOf(fields: readonly string[]): Uint8Array {
  const body = `${fields.filter((field) => field !== "").join("\0")}\0\0`;
  const bytes = concatBytes([
    Uint8Array.of(BACKEND_TYPE.ErrorResponse, 0, 0, 0, 0),
    Buffer.from(body, "latin1"),
  ]);
  writeLength(bytes);
  return bytes;
}
