/** Where the commands on access get their answers: a running emulator, or a file. */
import type { AccessMatrix, Finding, MatrixQuestion } from "../review/index.ts";
import { CliFailure, type CliIo } from "./cli-command.ts";
import { askEmulator } from "./emulator-api.ts";

/** Reviews of what a file declares. */
export interface FileReviews {
  matrix(question: MatrixQuestion): Promise<AccessMatrix>;
  findings(): Promise<readonly Finding[]>;
}

/**
 * Opens a configuration file, a state as `/_emulator/state` prints it, or a matrix as `access --json`
 * prints it.
 *
 * @throws CliFailure when it is none of them
 */
export type OpenFileReviews = (file: string, io: CliIo) => Promise<FileReviews>;

/** Engines may have to be started for the answer, one after the other. */
const ANSWER_TIMEOUT_MS = 120_000;

/**
 * Asks the emulator.
 *
 * @throws CliFailure when it does not answer, or with something else
 */
export async function askReview<Body>(
  io: CliIo,
  baseUrl: string,
  path: string,
  isBody: (json: unknown) => json is Body,
): Promise<Body> {
  const answer = await askEmulator(io, baseUrl, path, ANSWER_TIMEOUT_MS);
  if (answer.kind === "unreachable") {
    throw new CliFailure(
      `the emulator cannot be asked (${answer.reason}); see whether it still runs`,
    );
  }
  if (answer.kind === "answered" && isBody(answer.body)) return answer.body;
  throw new CliFailure(
    "the emulator's answer has not the expected form; use the command of the emulator's version",
  );
}
