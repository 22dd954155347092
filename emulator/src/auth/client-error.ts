/**
 * A refusal as the client sees it: DSQL's answer, and, only on request, the emulator's reason and
 * advice after it. The only place where a refusal becomes the fields of an `ErrorResponse`.
 */
import type { AuthRefusal } from "./refusal.ts";
import { REFUSALS } from "./refusal-catalogue.ts";

/** The fields of the `ErrorResponse` that ends a refused connection. */
export interface ClientError {
  readonly severity: "FATAL";
  readonly sqlState: string;
  readonly message: string;
  readonly detail: string;
  /** `undefined` where DSQL gives no hint and none was asked of the emulator. */
  readonly hint: string | undefined;
}

/** How much the client is told. */
export interface ClientErrorOptions {
  /** Whether the emulator's reason and fix are added, as `--explain-errors` wants. */
  readonly explain: boolean;
}

/** Starts each line that is not DSQL's. */
const EMULATOR_VOICE = "emulator: ";

/**
 * The client's view of a refusal. Without `explain` it is DSQL's answer and nothing else; with it,
 * DETAIL gets a second line with the reason and the refusal's code, and HINT a last line with the
 * fix, both starting with `emulator: `.
 */
export function clientError(
  refusal: AuthRefusal,
  sessionId: string,
  { explain }: ClientErrorOptions,
): ClientError {
  const { code, message, hint, reason } = refusal;
  const { fix = REFUSALS[code].fix } = refusal;
  const { sqlState = REFUSALS[code].sqlState } = refusal;
  const detail = `Session Id: ${sessionId}`;
  const answer = { severity: "FATAL", sqlState, message } as const;
  if (!explain) return { ...answer, detail, hint };
  const advice = `${EMULATOR_VOICE}${fix}`;
  return {
    ...answer,
    detail: `${detail}\n${EMULATOR_VOICE}${reason} (${code})`,
    hint: hint === undefined ? advice : `${hint}\n${advice}`,
  };
}
