/** Something that cannot happen has happened: a bug in the emulator, never the user's mistake. */
export class InvariantViolation extends Error {
  readonly code = "INVARIANT_VIOLATION";

  constructor(message: string, options?: ErrorOptions) {
    super(`${message} (this is a bug in the emulator)`, options);
    this.name = "InvariantViolation";
  }
}
