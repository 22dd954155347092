/**
 * The backend messages that the emulator makes itself. Texts are written as UTF-8 and a NUL in them
 * as U+FFFD, so that no text can break a message.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */
import { ByteWriter } from "./byte-writer.ts";
import { BACKEND_TYPE } from "./message-type.ts";
import { PROTOCOL_MAJOR } from "./protocol-constants.ts";

const AUTHENTICATION_OK = 0;
const AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
const TEXT_FORMAT = 0;

/** Transaction status bytes of ReadyForQuery, by our names. */
export const TRANSACTION_STATUS = {
  idle: 0x49,
  "in-transaction": 0x54,
  failed: 0x45,
} as const;

/** Transaction status that ReadyForQuery reports. */
export type ReportedTransactionStatus = keyof typeof TRANSACTION_STATUS;

/** A column of a RowDescription; its values are sent as text. */
export interface ColumnDescription {
  readonly name: string;
  /** OID of the type, as in `pg_type`. */
  readonly typeOid: number;
  /** Bytes of a value in the server, as `pg_type.typlen`; negative (and by default) variable. */
  readonly typeSizeBytes?: number;
  /** Of the type, as `pg_attribute.atttypmod`; by default -1, none. */
  readonly typeModifier?: number;
  /** OID of the table that the column is of; by default 0, none. */
  readonly tableOid?: number;
  /** Number of the column in that table; by default 0. */
  readonly columnNumber?: number;
}

/** Asks for the password as it is. */
export function authenticationCleartextPassword(): Uint8Array {
  const message = new ByteWriter(BACKEND_TYPE.Authentication);
  return message.int32(AUTHENTICATION_CLEARTEXT_PASSWORD).finish();
}

/** The client is admitted. */
export function authenticationOk(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.Authentication).int32(AUTHENTICATION_OK).finish();
}

/** Value of a setting that the client is told about. */
export function parameterStatus(name: string, value: string): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.ParameterStatus).string(name).string(value).finish();
}

/** What a CancelRequest for this session must hold; two 32-bit numbers. */
export function backendKeyData(processId: number, secretKey: number): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.BackendKeyData).int32(processId).int32(secretKey).finish();
}

/** The server waits for the next query. */
export function readyForQuery(status: ReportedTransactionStatus): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.ReadyForQuery).byte(TRANSACTION_STATUS[status]).finish();
}

/**
 * Offers version 3 with the newest minor number that is spoken, and names the protocol options that
 * are not known.
 */
export function negotiateProtocolVersion(
  newestMinorVersion: number,
  unrecognizedOptions: readonly string[],
): Uint8Array {
  const message = new ByteWriter(BACKEND_TYPE.NegotiateProtocolVersion);
  // SPEC: the page says "minor version", but PostgreSQL's SendNegotiateProtocolVersion
  // sends the whole version number.
  message.int32((PROTOCOL_MAJOR << 16) | newestMinorVersion);
  message.int32(unrecognizedOptions.length);
  for (const name of unrecognizedOptions) message.string(name);
  return message.finish();
}

/** A statement was parsed. */
export function parseComplete(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.ParseComplete).finish();
}

/** A portal was made. */
export function bindComplete(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.BindComplete).finish();
}

/** A statement or portal was freed. */
export function closeComplete(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.CloseComplete).finish();
}

/** The described statement or portal returns no rows. */
export function noData(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.NoData).finish();
}

/** Types of the parameters of the described statement, as OIDs. */
export function parameterDescription(parameterTypes: readonly number[]): Uint8Array {
  const message = new ByteWriter(BACKEND_TYPE.ParameterDescription).count(parameterTypes.length);
  for (const oid of parameterTypes) message.int32(oid);
  return message.finish();
}

/** A statement is done; the tag is its name and, for some, the number of rows. */
export function commandComplete(tag: string): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.CommandComplete).string(tag).finish();
}

/** The query had no statement in it. */
export function emptyQueryResponse(): Uint8Array {
  return new ByteWriter(BACKEND_TYPE.EmptyQueryResponse).finish();
}

/** Columns of the rows that follow; at most 65,535, in text form. */
export function rowDescription(columns: readonly ColumnDescription[]): Uint8Array {
  const message = new ByteWriter(BACKEND_TYPE.RowDescription).count(columns.length);
  for (const column of columns) {
    message
      .string(column.name)
      .int32(column.tableOid ?? 0)
      .int16(column.columnNumber ?? 0)
      .int32(column.typeOid)
      .int16(column.typeSizeBytes ?? -1)
      .int32(column.typeModifier ?? -1)
      .int16(TEXT_FORMAT);
  }
  return message.finish();
}

/** A row in text form; `null` is SQL's NULL. */
export function dataRow(values: readonly (string | null)[]): Uint8Array {
  const message = new ByteWriter(BACKEND_TYPE.DataRow).count(values.length);
  for (const value of values) message.value(value);
  return message.finish();
}

/** The messages one after the other, to be sent at once. */
export function concatMessages(messages: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const message of messages) {
    whole.set(message, position);
    position += message.length;
  }
  return whole;
}
