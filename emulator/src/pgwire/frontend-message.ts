/**
 * The typed messages of a client after the startup phase, by their official names.
 *
 * SQL texts, names and reasons are Latin-1: one character per byte, whatever the client's encoding.
 * ASCII reads as it is, comparing and searching works, and `latin1Bytes` gives the bytes back.
 * Values are views on the frame, never copies.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */

/** What a Describe or a Close is about. */
export type NamedObject = "statement" | "portal";

/** Format of a value: 0 is text, 1 is binary; other numbers are the engine's to refuse. */
export type FormatCode = number;

/** Value of a parameter as the client sent it; `null` is SQL's NULL. */
export type ParameterValue = Uint8Array | null;

/** Simple query. */
export interface Query {
  readonly type: "Query";
  readonly sql: string;
}

/** Makes a prepared statement. */
export interface Parse {
  readonly type: "Parse";
  /** `""` is the unnamed one. */
  readonly statement: string;
  readonly sql: string;
  /** OIDs; 0 leaves the type to the server. */
  readonly parameterTypes: readonly number[];
}

/** Makes a portal of a prepared statement and values. */
export interface Bind {
  readonly type: "Bind";
  /** `""` is the unnamed one. */
  readonly portal: string;
  readonly statement: string;
  /** None: all text; one: for all; else one for each value. */
  readonly parameterFormats: readonly FormatCode[];
  readonly parameters: readonly ParameterValue[];
  /** None: all text; one: for all columns; else one for each column. */
  readonly resultFormats: readonly FormatCode[];
}

/** Asks for the columns, and of a statement also for the parameters. */
export interface Describe {
  readonly type: "Describe";
  readonly target: NamedObject;
  readonly name: string;
}

/** Runs a portal. */
export interface Execute {
  readonly type: "Execute";
  readonly portal: string;
  /** Rows to return at most; 0 or less means all. */
  readonly maxRows: number;
}

/** Frees a statement or a portal. */
export interface Close {
  readonly type: "Close";
  readonly target: NamedObject;
  readonly name: string;
}

/** Ends a series of extended-query messages. */
export interface Sync {
  readonly type: "Sync";
}

/** Asks for the answers so far. */
export interface Flush {
  readonly type: "Flush";
}

/** Calls a function by its OID. */
export interface FunctionCall {
  readonly type: "FunctionCall";
  readonly functionOid: number;
  readonly argumentFormats: readonly FormatCode[];
  readonly arguments: readonly ParameterValue[];
  readonly resultFormat: FormatCode;
}

/** A piece of the data of a COPY; its ends mean nothing. */
export interface CopyData {
  readonly type: "CopyData";
  readonly data: Uint8Array;
}

/** Ends the data of a COPY well. */
export interface CopyDone {
  readonly type: "CopyDone";
}

/** Ends the data of a COPY with an error. */
export interface CopyFail {
  readonly type: "CopyFail";
  readonly reason: string;
}

/** Ends the connection. */
export interface Terminate {
  readonly type: "Terminate";
}

/** Any typed message of a client that has authenticated. */
export type FrontendMessage =
  | Query
  | Parse
  | Bind
  | Describe
  | Execute
  | Close
  | Sync
  | Flush
  | FunctionCall
  | CopyData
  | CopyDone
  | CopyFail
  | Terminate;
