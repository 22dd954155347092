/** Questions to the emulator's own HTTP API. */

/** Longer than any answer of a healthy emulator takes. */
const TIMEOUT_MS = 60_000;

/** The emulator's own API said no. */
export class EmulatorApiError extends Error {
  override readonly name = "EmulatorApiError";
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Asks `path` of the API; with a body it is a POST.
 *
 * @throws EmulatorApiError when the answer is an error
 */
export async function askApi(baseUrl: string, path: string, body?: object): Promise<unknown> {
  const response = await call(
    baseUrl,
    path,
    body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        },
  );
  return response.json();
}

/**
 * Deletes what is at `path` of the API.
 *
 * @throws EmulatorApiError when the answer is an error
 */
export async function deleteInApi(baseUrl: string, path: string): Promise<void> {
  const response = await call(baseUrl, path, { method: "DELETE" });
  await response.body?.cancel();
}

async function call(baseUrl: string, path: string, request: RequestInit): Promise<Response> {
  const response = await fetch(`${baseUrl}/_emulator/${path}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...request,
  });
  if (response.ok) return response;
  const answer = (await response.json()) as { readonly error?: { readonly message?: string } };
  throw new EmulatorApiError(
    response.status,
    answer.error?.message ?? `status ${response.status} of /_emulator/${path}`,
  );
}
