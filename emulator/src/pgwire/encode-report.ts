/**
 * ErrorResponse and NoticeResponse.
 *
 * @see https://www.postgresql.org/docs/16/protocol-error-fields.html
 */
import { ByteWriter } from "./byte-writer.ts";
import { BACKEND_TYPE } from "./message-type.ts";

const FIELDS_END = 0;

/** Severity of an ErrorResponse: the statement, the session or the server is over. */
export type ErrorSeverity = "ERROR" | "FATAL" | "PANIC";

/** Severity of a NoticeResponse. */
export type NoticeSeverity = "WARNING" | "NOTICE" | "DEBUG" | "INFO" | "LOG";

/** Fields of an error or a notice that a client can see. */
export interface ReportFields<Severity extends string> {
  readonly severity: Severity;
  /** Five characters. */
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Place in the query, in characters from 1. */
  readonly position?: number | undefined;
}

/** Fields of an ErrorResponse. */
export type ErrorFields = ReportFields<ErrorSeverity>;

/** Fields of a NoticeResponse. */
export type NoticeFields = ReportFields<NoticeSeverity>;

/** An error, in the fields S, V, C, M, D, H and P; those that are `undefined` are left out. */
export function errorResponse(fields: ErrorFields): Uint8Array {
  return encodeReport(BACKEND_TYPE.ErrorResponse, fields);
}

/** A notice, in the same fields as an error. */
export function noticeResponse(fields: NoticeFields): Uint8Array {
  return encodeReport(BACKEND_TYPE.NoticeResponse, fields);
}

function encodeReport(type: number, fields: ReportFields<string>): Uint8Array {
  const message = new ByteWriter(type);
  const values: [field: string, value: string | undefined][] = [
    ["S", fields.severity],
    ["V", fields.severity],
    ["C", fields.sqlState],
    ["M", fields.message],
    ["D", fields.detail],
    ["H", fields.hint],
    ["P", fields.position?.toString()],
  ];
  for (const [field, value] of values) {
    if (value !== undefined) message.byte(field.charCodeAt(0)).string(value);
  }
  return message.byte(FIELDS_END).finish();
}
