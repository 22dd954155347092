/**
 * What the IAM API answers when it refuses a request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
import type { PolicyProblem } from "../policy-problem.ts";

const HTTP_STATUS = {
  NoSuchEntity: 404,
  EntityAlreadyExists: 409,
  DeleteConflict: 409,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  InvalidInput: 400,
  UnmodifiableEntity: 400,
  PolicyNotAttachable: 400,
  ValidationError: 400,
  AccessDenied: 403,
} as const;

/** Error codes of the IAM API, as they stand in its answers. */
export type IamErrorCode = keyof typeof HTTP_STATUS;

/** A request that IAM refuses; code, status and message are those of the service. */
export class IamError extends Error {
  readonly code: IamErrorCode;
  readonly httpStatus: number;
  /** Of a malformed policy, everything that is wrong with it: for the emulator's own voice. */
  readonly problems: readonly PolicyProblem[];

  constructor(code: IamErrorCode, message: string, problems: readonly PolicyProblem[] = []) {
    super(message);
    this.name = "IamError";
    this.code = code;
    this.httpStatus = HTTP_STATUS[code];
    this.problems = problems;
  }
}
