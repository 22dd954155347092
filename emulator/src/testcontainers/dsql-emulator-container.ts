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

/** An emulator in a container, for Testcontainers. Nothing is kept when it stops. */
export class DsqlEmulatorContainer extends GenericContainer {
  readonly #arguments: string[] = ["start"];

  /** @param image the emulator's image; by default the one of this package's version */
  constructor(image = `dsql-auth-emulator:${packageVersion()}`) {
    super(image);
    this.withExposedPorts(POSTGRES_PORT, HTTP_PORT)
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(STARTUP_TIMEOUT_MS);
  }

  /** The configuration itself, or the path of its file; files that it names have to be copied, too. */
  withConfiguration(configuration: ConfigurationForm | string): this {
    const content =
      typeof configuration === "string"
        ? readFileSync(configuration)
        : JSON.stringify(configuration);
    this.#arguments.push("--config", CONFIGURATION_FILE);
    // Text of JSON is text of YAML, too.
    return this.withCopyContentToContainer([{ content, target: CONFIGURATION_FILE, mode: 0o644 }]);
  }

  /** Tells refused clients the reason in DETAIL and HINT. */
  withExplainedErrors(): this {
    this.#arguments.push("--explain-errors");
    return this;
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
    this.withCommand(this.#arguments);
    return startedEmulator(await super.start());
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
