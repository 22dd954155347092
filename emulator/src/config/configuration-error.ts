/** One thing that is wrong with the configuration, and where. */
export interface ConfigurationProblem {
  /**
   * A key of the file (`accounts[0].users[1].name`), an option (`--pg-port`), an environment variable
   * (`DSQL_EMULATOR_PG_PORT`), or the file itself with line and column (`/app/dsql-emulator.yaml:3:7`).
   */
  readonly path: string;
  /** What was seen and what was expected; never contains a secret. */
  readonly message: string;
}

/** Thrown at start, once, with everything that is wrong with the configuration. */
export class ConfigurationError extends Error {
  readonly code = "CONFIGURATION_INVALID";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[], options?: ErrorOptions) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(({ path, message }) => `\n  ${path}: ${message}`);
    super(`the configuration is not valid, ${count}:${lines.join("")}`, options);
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}
