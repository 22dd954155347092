/**
 * Type bytes of the messages of protocol 3.0, by their official names.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */

/** Type byte of each typed frontend message. `PasswordMessage` is shared with the SASL and GSSAPI responses. */
export const FRONTEND_TYPE = {
  Bind: 0x42,
  Close: 0x43,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyFail: 0x66,
  Describe: 0x44,
  Execute: 0x45,
  Flush: 0x48,
  FunctionCall: 0x46,
  Parse: 0x50,
  PasswordMessage: 0x70,
  Query: 0x51,
  Sync: 0x53,
  Terminate: 0x58,
} as const;

/** Type byte of each backend message. `Authentication` stands for all the messages of type `R`. */
export const BACKEND_TYPE = {
  Authentication: 0x52,
  BackendKeyData: 0x4b,
  BindComplete: 0x32,
  CloseComplete: 0x33,
  CommandComplete: 0x43,
  CopyBothResponse: 0x57,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyInResponse: 0x47,
  CopyOutResponse: 0x48,
  DataRow: 0x44,
  EmptyQueryResponse: 0x49,
  ErrorResponse: 0x45,
  FunctionCallResponse: 0x56,
  NegotiateProtocolVersion: 0x76,
  NoData: 0x6e,
  NoticeResponse: 0x4e,
  NotificationResponse: 0x41,
  ParameterDescription: 0x74,
  ParameterStatus: 0x53,
  ParseComplete: 0x31,
  PortalSuspended: 0x73,
  ReadyForQuery: 0x5a,
  RowDescription: 0x54,
} as const;

/** Official name of a frontend message type. */
export type FrontendTypeName = keyof typeof FRONTEND_TYPE;

/** Official name of a backend message type. */
export type BackendTypeName = keyof typeof BACKEND_TYPE;

const FRONTEND_NAMES = namesByType(FRONTEND_TYPE);
const BACKEND_NAMES = namesByType(BACKEND_TYPE);

/** Official name of the frontend message with this type byte, or `undefined` if there is none. */
export function frontendTypeName(type: number): FrontendTypeName | undefined {
  return FRONTEND_NAMES.get(type);
}

/** Official name of the backend message with this type byte, or `undefined` if there is none. */
export function backendTypeName(type: number): BackendTypeName | undefined {
  return BACKEND_NAMES.get(type);
}

function namesByType<Name extends string>(
  table: Readonly<Record<Name, number>>,
): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(table).map(([name, type]) => [type, name as Name]));
}
