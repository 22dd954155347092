/** What a command may use of the process it runs in; a test gives its own. */
export interface CliIo {
  /** Writes as given: the text brings its own newline. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of options begin here. */
  readonly workingDirectory: string;
  /** The system clock, not the emulator's. */
  readonly now: () => Date;
  readonly fetch: typeof fetch;
}

/** One command of `dsql-emulator`. */
export interface CliCommand {
  readonly name: string;
  /** One line, lower case, no final stop. */
  readonly summary: string;
  /** The text of `dsql-emulator NAME --help`, with its final newline. */
  help(): string;
  /**
   * Runs with the arguments behind the name and returns the exit code.
   *
   * @throws CliFailure for what `runCli` should report in one line
   */
  run(args: readonly string[], io: CliIo): Promise<number>;
}

/** The exit codes of every command. */
export const EXIT_CODE = { success: 0, failure: 1, usage: 2 } as const;

/**
 * Ends a command. The message says what was wrong and what to do, without the name of the command:
 * `runCli` puts it in front.
 */
export class CliFailure extends Error {
  override readonly name: string = "CliFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_CODE.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Arguments that the command does not take: exit code 2. */
export class UsageFailure extends CliFailure {
  override readonly name = "UsageFailure";

  constructor(message: string) {
    super(message, EXIT_CODE.usage);
  }
}
