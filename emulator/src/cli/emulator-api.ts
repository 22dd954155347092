/** Questions of a command to the running emulator's own HTTP API. */
import type { CliIo } from "./cli-command.ts";
import { reachableAddress } from "./reachable-address.ts";

/** Longer than any answer of a healthy emulator on this machine. */
const ANSWER_TIMEOUT_MS = 5000;

/** What the emulator answered; `unreachable` also stands for an answer that is not JSON. */
export type ApiAnswer =
  | { readonly kind: "answered"; readonly body: unknown }
  | { readonly kind: "not-found" }
  | { readonly kind: "unreachable"; readonly reason: string };

/** Asks `GET baseUrl + path`; `timeoutMs` is the longest time of the answer. Never throws. */
export async function askEmulator(
  io: Pick<CliIo, "fetch">,
  baseUrl: string,
  path: string,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<ApiAnswer> {
  const url = reachableUrl(baseUrl) + path;
  try {
    const response = await io.fetch(url, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 404) return { kind: "not-found" };
    if (!response.ok) return { kind: "unreachable", reason: `status ${response.status} of ${url}` };
    return { kind: "answered", body: await response.json() };
  } catch (error) {
    return { kind: "unreachable", reason: `${reasonOf(error, timeoutMs)} at ${url}` };
  }
}

/** Sends `DELETE baseUrl + path`. Returns why it was not done, if it was not. Never throws. */
export async function deleteFromEmulator(
  io: Pick<CliIo, "fetch">,
  baseUrl: string,
  path: string,
): Promise<string | undefined> {
  const url = reachableUrl(baseUrl) + path;
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await io.fetch(url, { method: "DELETE", signal });
    return response.ok ? undefined : `status ${response.status} of ${url}`;
  } catch (error) {
    return `${reasonOf(error, ANSWER_TIMEOUT_MS)} at ${url}`;
  }
}

/** Longest time of a change, in milliseconds: what becomes due by it happens before the answer. */
const CHANGE_TIMEOUT_MS = 60_000;

/** What became of a change. */
export type ChangeAnswer =
  | { readonly kind: "answered"; readonly body: unknown }
  /** The emulator's words. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** Sends `POST baseUrl + path` with a JSON body. Never throws. */
export async function changeEmulator(
  io: Pick<CliIo, "fetch">,
  baseUrl: string,
  path: string,
  body: object,
): Promise<ChangeAnswer> {
  const url = reachableUrl(baseUrl) + path;
  try {
    const response = await io.fetch(url, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CHANGE_TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    if (response.ok) return { kind: "answered", body: answer };
    const message = member(member(answer, "error"), "message");
    if (response.status < 500 && typeof message === "string") return { kind: "refused", message };
    return { kind: "unreachable", reason: `status ${response.status} of ${url}` };
  } catch (error) {
    return { kind: "unreachable", reason: `${reasonOf(error, CHANGE_TIMEOUT_MS)} at ${url}` };
  }
}

/** The member of a JSON object, or `undefined` if the value is no object or has no such member. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** The base URL, at an address that can be connected to, without a slash at its end. */
export function reachableUrl(baseUrl: string): string {
  const url = new URL(baseUrl);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const reachable = reachableAddress(host);
  if (reachable !== host) url.hostname = reachable.includes(":") ? `[${reachable}]` : reachable;
  return url.href.replace(/\/+$/, "");
}

/** Why `fetch` has failed, which hides the reason of a refused connection in `cause`. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${timeoutMs} ms`;
  if (error instanceof SyntaxError) return "an answer that is not JSON";
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.message;
}
