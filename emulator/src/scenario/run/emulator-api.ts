/** Questions to the emulator's own HTTP API. */
import type { EmulatorHandle } from "./emulator-handle.ts";

/** Longer than any answer of a healthy emulator takes. */
const TIMEOUT_MS = 60_000;

/** An answer of any status. */
export interface ApiAnswer {
  readonly status: number;
  /** Of JSON its value, of anything else the text; `undefined` if there is none. */
  readonly body: unknown;
}

/**
 * Asks the emulator.
 *
 * @param path with its query, as in `/_emulator/clock`
 * @throws Error when nobody answers
 */
export async function askEmulator(
  { http }: Pick<EmulatorHandle, "http">,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(http.url + path, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(?:\w+\+)?json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    body: isJson && text !== "" ? (JSON.parse(text) as unknown) : text || undefined,
  };
}
