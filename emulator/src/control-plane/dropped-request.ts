import { ApiError } from "./api-error.ts";

/**
 * Ends a request without an answer: its socket is closed. It is an {@link ApiError} so that every
 * front end leaves it to the server's own error handler.
 */
export class DroppedRequest extends ApiError {
  constructor() {
    super(503, "internal_error", "a fault rule dropped the request");
  }
}
