/** What an operation on clusters refuses, in the terms of the service's API. */

/** A member that is at fault. */
export interface FieldProblem {
  readonly name: string;
  readonly message: string;
}

/** Why a request is not valid. */
export type ValidationReason =
  | "unknownOperation"
  | "cannotParse"
  | "fieldValidationFailed"
  | "deletionProtectionEnabled"
  | "other";

/** The kinds of refusals with what each tells besides its message. */
export type ClustersProblem =
  | { readonly kind: "not-found"; readonly resourceId: string; readonly resourceType: string }
  | { readonly kind: "conflict"; readonly resourceId: string; readonly resourceType: string }
  | {
      readonly kind: "quota-exceeded";
      readonly resourceId: string;
      readonly resourceType: string;
      readonly serviceCode: string;
      readonly quotaCode: string;
    }
  | {
      readonly kind: "invalid";
      readonly reason: ValidationReason;
      readonly fieldList?: readonly FieldProblem[];
    };

/** Ends an operation that cannot be done. No message repeats a policy or another large text. */
export class ClustersError extends Error {
  override readonly name = "ClustersError";
  readonly problem: ClustersProblem;

  constructor(problem: ClustersProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Chosen text: the service's is not published. */
export function notFound(
  resourceType: "cluster" | "stream" | "cluster policy",
  resourceId: string,
): ClustersError {
  const problem = { kind: "not-found", resourceId, resourceType } as const;
  return new ClustersError(problem, `The ${resourceType} '${resourceId}' was not found.`);
}

/** A conflict with the state of a cluster or stream. The texts are chosen. */
export function conflict(
  resourceType: "cluster" | "stream" | "cluster policy",
  resourceId: string,
  message: string,
): ClustersError {
  return new ClustersError({ kind: "conflict", resourceId, resourceType }, message);
}

/** A request that can be read and makes no sense. The texts are chosen. */
export function invalid(message: string, name?: string): ClustersError {
  const fieldList = name === undefined ? {} : { fieldList: [{ name, message }] };
  return new ClustersError({ kind: "invalid", reason: "other", ...fieldList }, message);
}
