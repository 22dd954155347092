import { readFileSync } from "node:fs";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { packageVersion } from "../cli/index.ts";
import type { ConfigurationForm } from "../testing/index.ts";
import { readFromArchive } from "./read-from-archive.ts";
import { reachableHost } from "./reachable-host.ts";
import {
  HTTP_PORT,
  POSTGRES_PORT,
  StartedDsqlEmulatorContainer,
} from "./started-dsql-emulator-container.ts";

/** Where the configuration is put in the container. */
const CONFIGURATION_FILE = "/config/dsql-emulator.json";
/** What the image's emulator writes when it is ready. */
const READY_FILE = "/data/ready.json";
/** Our choice; an image has to be built or fetched before that. */
const STARTUP_TIMEOUT_MS = 60_000;
/** That of the image asks every five seconds, which is long for a test. */
const HEALTH_CHECK = {
  test: ["CMD", "dsql-emulator", "health"] satisfies ["CMD", ...string[]],
  interval: 500,
  timeout: 5_000,
  retries: STARTUP_TIMEOUT_MS / 500,
};

/** An emulator in a container, for Testcontainers. Nothing is kept when it stops. */
export class DsqlEmulatorContainer extends GenericContainer {
  readonly #flags = new Map<string, readonly string[]>();

  /** @param image the emulator's image; by default that of this package's version, as `docker build` has tagged it */
  constructor(image = `dsql-auth-emulator:${packageVersion()}`) {
    super(image);
    this.withCommand(["start"])
      .withExposedPorts(POSTGRES_PORT, HTTP_PORT)
      .withHealthCheck(HEALTH_CHECK)
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(STARTUP_TIMEOUT_MS);
  }

  /**
   * The configuration itself, or the path of its file; files that it names have to be copied, too.
   *
   * @throws Error with the system's code when the file cannot be read
   */
  withConfiguration(configuration: ConfigurationForm | string): this {
    const content =
      typeof configuration === "string"
        ? readFileSync(configuration)
        : JSON.stringify(configuration);
    // Text of JSON is text of YAML, too.
    return this.#withFlag("--config", CONFIGURATION_FILE).withCopyContentToContainer([
      { content, target: CONFIGURATION_FILE, mode: 0o644 },
    ]);
  }

  /** Tells refused clients the reason in DETAIL and HINT. */
  withExplainedErrors(): this {
    return this.#withFlag("--explain-errors");
  }

  /** For containers of the same network: they reach the cluster by the host name that a real one has. */
  withCluster(identifier: string, region: string): this {
    return this.withNetworkAliases(`${identifier}.dsql.${region}.on.aws`);
  }

  /**
   * Starts the container and waits until it is healthy.
   *
   * @throws Error when there is no engine for containers, the image cannot be had, or the emulator does not start
   */
  override async start(): Promise<StartedDsqlEmulatorContainer> {
    return startedEmulator(await super.start());
  }

  #withFlag(name: string, ...values: readonly string[]): this {
    this.#flags.set(name, values);
    return this.withCommand(["start", ...[...this.#flags].flat(2)]);
  }
}

async function startedEmulator(
  container: StartedTestContainer,
): Promise<StartedDsqlEmulatorContainer> {
  try {
    const host = await reachableHost(container.getHost());
    const readyFile = await readFromArchive(await container.copyArchiveFromContainer(READY_FILE));
    return await StartedDsqlEmulatorContainer.of(container, host, readyFile);
  } catch (error) {
    await container.stop();
    throw error;
  }
}
