/**
 * Errors of the service as it answers them.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/CommonErrors.html
 */
import type { ClustersError, FieldProblem, ValidationReason } from "../../../clusters/index.ts";

/** What an error has besides its message. */
export interface DsqlErrorDetails {
  /** Members of the error's body. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** Ends a call; the answer is made of it. */
export class DsqlError extends Error {
  override readonly name = "DsqlError";
  readonly code: string;
  readonly httpStatus: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, httpStatus: number, message: string, details: DsqlErrorDetails = {}) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.members = details.members ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** A request that is not valid. */
export function validationError(
  message: string,
  reason: ValidationReason,
  fieldList?: readonly FieldProblem[],
): DsqlError {
  const members = { reason, ...(fieldList === undefined ? {} : { fieldList }) };
  return new DsqlError("ValidationException", 400, message, { members });
}

/** A request that the caller may not make. */
export function accessDenied(message: string): DsqlError {
  return new DsqlError("AccessDeniedException", 403, message);
}

/** What the clusters refuse, in the service's terms. */
export function errorOfClusters({ problem, message }: ClustersError): DsqlError {
  const { kind, ...members } = problem;
  switch (kind) {
    case "not-found":
      return new DsqlError("ResourceNotFoundException", 404, message, { members });
    case "conflict":
      return new DsqlError("ConflictException", 409, message, { members });
    case "quota-exceeded":
      return new DsqlError("ServiceQuotaExceededException", 402, message, { members });
    case "invalid":
      return new DsqlError("ValidationException", 400, message, { members });
  }
}

/** Chosen: how long a client is to wait after a bug of the emulator. */
const RETRY_AFTER_SECONDS = 1;

/** What is answered when the emulator itself fails; the text is chosen. */
export function internalError(): DsqlError {
  return new DsqlError(
    "InternalServerException",
    500,
    "The request processing has failed because of an unknown error.",
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
