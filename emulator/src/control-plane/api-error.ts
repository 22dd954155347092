/** The one form in which the emulator's own API says that something is wrong. */

/** Stable names of what can be wrong with a request. */
export type ApiErrorCode =
  | "invalid_request"
  | "cross_site_request"
  | "host_not_allowed"
  | "not_found"
  | "conflict"
  | "method_not_allowed"
  | "request_timeout"
  | "body_too_large"
  | "unsupported_media_type"
  | "headers_too_large"
  | "internal_error";

/** The body of every answer that is no success. */
export interface ApiErrorBody {
  readonly error: { readonly code: ApiErrorCode; readonly message: string };
}

/** Ends a request; the error handler makes the answer of it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly statusCode: number;

  constructor(statusCode: number, code: ApiErrorCode, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** The body of an error answer. */
export function errorBody(code: ApiErrorCode, message: string): ApiErrorBody {
  return { error: { code, message } };
}
