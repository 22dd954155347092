/** `/_emulator/reset`: back to a snapshot, or to the configuration. */
import { ApiError } from "../api-error.ts";
import { answered, objectOf } from "./state-answers.ts";
import type { EmulatorStates, ResetOutcome, ResetRequest } from "./state-ports.ts";

/** The body of an answer. */
export interface ResetBody extends ResetOutcome {
  readonly to: ResetRequest["to"];
}

/**
 * Does what the body says; an empty one, or none, goes to the configuration.
 *
 * @throws ApiError when the body is not understood, or there is no such snapshot
 */
export async function resetState(states: EmulatorStates, body: unknown): Promise<ResetBody> {
  const request = readRequest(objectOf(body ?? {}));
  const outcome = await answered(states.reset(request));
  return { to: request.to, ...outcome };
}

function readRequest(body: Readonly<Record<string, unknown>>): ResetRequest {
  const { to = "configuration", clock = false, records = false, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw invalid(`\`${unknown}\` is not known; give \`to\`, \`clock\`, \`records\``);
  }
  if (typeof clock !== "boolean") throw invalid("`clock` is neither true nor false");
  if (typeof records !== "boolean") throw invalid("`records` is neither true nor false");
  return { to: readTarget(to), clock, records };
}

function readTarget(to: unknown): ResetRequest["to"] {
  if (to === "empty" || to === "configuration") return to;
  if (typeof to === "object" && to !== null && Object.keys(to).join() === "snapshot") {
    const { snapshot } = to as { readonly snapshot: unknown };
    if (typeof snapshot === "string") return { snapshot };
  }
  throw invalid('`to` is one of "empty", "configuration", {"snapshot": "NAME"}');
}

function invalid(message: string): ApiError {
  return new ApiError(400, "invalid_request", message);
}
