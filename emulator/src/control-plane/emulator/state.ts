/** `/_emulator/state`: what there is, in the form of the configuration file. */
import { ApiError } from "../api-error.ts";
import type { StateSource } from "../ports.ts";

/**
 * The state as it is now.
 *
 * @throws ApiError when `secrets` is neither `true` nor `false`
 */
export function stateBody(state: StateSource, query: unknown): object {
  const { secrets = "false" } = (query ?? {}) as { readonly secrets?: unknown };
  if (secrets !== "true" && secrets !== "false") {
    throw new ApiError(400, "invalid_request", "secrets is neither true nor false");
  }
  return state.describe({ withSecrets: secrets === "true" });
}
