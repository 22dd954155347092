/** How the API's answers about the whole state are made. */
import { ApiError, type ApiErrorCode } from "../api-error.ts";
import { StateRefusal } from "./state-ports.ts";

const ANSWERS: Readonly<
  Record<StateRefusal["code"], readonly [status: number, code: ApiErrorCode]>
> = {
  "not-found": [404, "not_found"],
  conflict: [409, "conflict"],
  invalid: [400, "invalid_request"],
};

/** The result. @throws ApiError instead of a `StateRefusal` */
export async function answered<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof StateRefusal)) throw error;
    const [status, code] = ANSWERS[error.code];
    throw new ApiError(status, code, error.message);
  }
}

/** The members of a body. @throws ApiError when it is no JSON object */
export function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Readonly<Record<string, unknown>>;
  }
  throw new ApiError(400, "invalid_request", "the body is no JSON object");
}
