export {
  type BackendFrame,
  BackendFrameReader,
  transactionStatusOf,
} from "./backend-frame-reader.ts";
export { decodeFrontendMessage, decodePasswordMessage } from "./decode-frontend-message.ts";
export {
  type CancelRequest,
  decodeStartupPacket,
  type GSSENCRequest,
  type SSLRequest,
  type StartupMessage,
  type StartupPacket,
} from "./decode-startup-packet.ts";
export {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  bindComplete,
  closeComplete,
  type ColumnDescription,
  commandComplete,
  concatMessages,
  dataRow,
  emptyQueryResponse,
  negotiateProtocolVersion,
  noData,
  parameterDescription,
  parameterStatus,
  parseComplete,
  readyForQuery,
  type ReportedTransactionStatus,
  rowDescription,
} from "./encode-backend-message.ts";
export { copyFailFrame, parseFrame, queryFrame } from "./encode-frontend-frame.ts";
export {
  type ErrorFields,
  errorResponse,
  type ErrorSeverity,
  type NoticeFields,
  noticeResponse,
  type NoticeSeverity,
} from "./encode-report.ts";
export {
  type ExpectedFrames,
  FrameDecoder,
  type FrameLimits,
  type FrontendFrame,
} from "./frame-decoder.ts";
export type {
  Bind,
  Close,
  CopyData,
  CopyDone,
  CopyFail,
  Describe,
  Execute,
  Flush,
  FormatCode,
  FrontendMessage,
  FunctionCall,
  NamedObject,
  ParameterValue,
  Parse,
  Query,
  Sync,
  Terminate,
} from "./frontend-message.ts";
export { latin1Bytes, latin1Text } from "./latin1.ts";
export {
  BACKEND_TYPE,
  type BackendTypeName,
  backendTypeName,
  FRONTEND_TYPE,
  type FrontendTypeName,
  frontendTypeName,
} from "./message-type.ts";
export {
  CANCEL_REQUEST_CODE,
  GSSENC_REQUEST_CODE,
  MAX_PASSWORD_MESSAGE_BYTES,
  MAX_SMALL_MESSAGE_BYTES,
  MAX_STARTUP_PACKET_BYTES,
  MIN_STARTUP_PACKET_BYTES,
  PROTOCOL_MAJOR,
  PROTOCOL_NEWEST_MINOR,
  SSL_REQUEST_CODE,
} from "./protocol-constants.ts";
export { ProtocolViolation } from "./protocol-violation.ts";
export { traceBackend } from "./trace-backend.ts";
export { traceFrontend, traceStartupPacket } from "./trace-frontend.ts";
