/** What commands that change the whole state ask of the running emulator's API. */
import { CliFailure, type CliIo } from "./cli-command.ts";
import { member, reachableUrl, reasonOf } from "./emulator-api.ts";

/** Longest time of an answer, in milliseconds: databases are packed, or tried out, before it. */
const ANSWER_TIMEOUT_MS = 120_000;

/** One call. */
export interface StateRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Begins with a slash. */
  readonly path: string;
  /** JSON text. */
  readonly json?: string;
}

/**
 * Does the call.
 *
 * @returns the text of the answer
 * @throws CliFailure in the emulator's words when it refuses, or when it cannot be asked
 */
export async function askForState(
  io: Pick<CliIo, "fetch">,
  baseUrl: string,
  { method, path, json }: StateRequest,
): Promise<string> {
  const url = reachableUrl(baseUrl) + path;
  let response: Response;
  let text: string;
  try {
    response = await io.fetch(url, {
      method,
      headers: json === undefined ? {} : { "content-type": "application/json" },
      ...(json === undefined ? {} : { body: json }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw cannotBeAsked(`${reasonOf(error, ANSWER_TIMEOUT_MS)} at ${url}`);
  }
  if (response.ok) return text;
  const message = member(member(parsed(text), "error"), "message");
  if (response.status < 500 && typeof message === "string") throw new CliFailure(message);
  throw cannotBeAsked(`status ${response.status} of ${url}`);
}

/** The JSON value of an answer. @throws CliFailure when it is none */
export function parsedAnswer(text: string): unknown {
  const value = parsed(text);
  if (value !== undefined) return value;
  throw strangeAnswer();
}

/** The answer of another version. */
export function strangeAnswer(): CliFailure {
  return new CliFailure(
    "the emulator's answer has not the expected form; use the command of the emulator's version",
  );
}

function cannotBeAsked(reason: string): CliFailure {
  return new CliFailure(`the emulator cannot be asked (${reason}); see whether it still runs`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
