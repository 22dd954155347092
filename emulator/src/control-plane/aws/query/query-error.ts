/** A request that a Query API refuses. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly code: string;
  readonly httpStatus: number;

  /** Code, status and text are the service's. */
  constructor(code: string, httpStatus: number, message: string) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}
