/** A file of the emulator's state cannot be used; it was left as it is. */
export class StateFileError extends Error {
  readonly code = "STATE_FILE_UNUSABLE";
  /** Path of the file. */
  readonly file: string;

  /** @param problem what is wrong and what to do; never contains a secret */
  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`\`${file}\` ${problem}`, options);
    this.name = "StateFileError";
    this.file = file;
  }
}
