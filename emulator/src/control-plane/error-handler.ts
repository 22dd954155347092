/**
 * Every way in which a request fails, as one form of answer: errors of handlers, of the framework,
 * and of HTTP itself. No answer contains a stack, a path or the text of an unexpected error.
 */
import type { Duplex } from "node:stream";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, type ApiErrorCode, errorBody } from "./api-error.ts";
import { DroppedRequest } from "./dropped-request.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Told of errors that nobody expected: bugs in the emulator. */
export type InternalErrorListener = (error: unknown) => void;

/** What the framework refuses, in our words; its own texts change with its version. */
const BY_STATUS: Readonly<
  Record<number, { readonly code: ApiErrorCode; readonly message: string }>
> = {
  400: { code: "invalid_request", message: "the request cannot be read" },
  404: { code: "not_found", message: "there is nothing here" },
  408: { code: "request_timeout", message: "the request took too long to arrive" },
  413: { code: "body_too_large", message: "the body is larger than this API takes" },
  414: { code: "invalid_request", message: "the URL is too long" },
  415: { code: "unsupported_media_type", message: "the body's content type is not taken here" },
  431: { code: "headers_too_large", message: "the headers are larger than this API takes" },
};

/** Answers for what a handler threw and for what the framework refuses. */
export function answerError(
  error: unknown,
  reply: FastifyReply,
  onInternalError: InternalErrorListener,
): FastifyReply {
  if (error instanceof DroppedRequest) {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  void reply.headers(SECURITY_HEADERS);
  if (error instanceof ApiError) {
    return reply.code(error.statusCode).send(errorBody(error.code, error.message));
  }
  const status = frameworkStatus(error);
  const known = status === undefined ? undefined : BY_STATUS[status];
  if (status !== undefined && known !== undefined) {
    return reply.code(status).send(errorBody(known.code, known.message));
  }
  onInternalError(error);
  return reply
    .code(500)
    .send(errorBody("internal_error", "the emulator failed; its log says more"));
}

/** Answers a URL that the framework cannot read. */
export function answerUnreadableUrl(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const body = errorBody("invalid_request", "the URL is not well-formed");
  void reply.headers(SECURITY_HEADERS).code(400).send(body);
}

/** Answers what is no HTTP, or more of it than Node takes, on the bare socket, and closes it. */
export function answerBrokenHttp(error: { readonly code?: string }, socket: Duplex): void {
  const status = STATUS_OF_CLIENT_ERROR[error.code ?? ""] ?? 400;
  const known = BY_STATUS[status];
  if (!socket.writable || error.code === "ECONNRESET" || known === undefined) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(known.code, known.message));
  const headers = Object.entries({
    ...SECURITY_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${REASON_PHRASE[status] ?? "Bad Request"}\r\n${headers.join("")}\r\n${body}`,
  );
}

const STATUS_OF_CLIENT_ERROR: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const REASON_PHRASE: Readonly<Record<number, string>> = {
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
};

/** Status of an error that the framework made; an error with a code of its own is nobody's request. */
function frameworkStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return undefined;
  const { code, statusCode } = error;
  return typeof code === "string" && code.startsWith("FST_ERR_") && typeof statusCode === "number"
    ? statusCode
    : undefined;
}
