/**
 * The HTTP statuses of errors that any call may meet.
 *
 * DSQL's model and its list of common errors differ on `ThrottlingException`: it is the model's here.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */

const OF_QUERY_SERVICES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccessDeniedException: 403,
  ConcurrentModification: 409,
  EntityAlreadyExists: 409,
  ExpiredToken: 403,
  IncompleteSignature: 400,
  InternalFailure: 500,
  InvalidClientTokenId: 403,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  NoSuchEntity: 404,
  RequestExpired: 400,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  Throttling: 400,
  ThrottlingException: 400,
  ValidationError: 400,
};

const OF_DSQL: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ConflictException: 409,
  ExpiredTokenException: 403,
  InternalFailure: 500,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 402,
  ServiceUnavailable: 503,
  ThrottlingException: 429,
  UnrecognizedClientException: 403,
  ValidationException: 400,
};

/**
 * The status that a service gives an error code.
 *
 * @param operation `service:Operation`, or as much of it as a rule says
 * @returns `undefined` when it is not known
 */
export function errorStatus(operation: string, code: string): number | undefined {
  const tables = operation.startsWith("dsql:")
    ? [OF_DSQL]
    : operation === "*"
      ? [OF_DSQL, OF_QUERY_SERVICES]
      : [OF_QUERY_SERVICES];
  const table = tables.find((candidate) => Object.hasOwn(candidate, code));
  return table?.[code];
}
