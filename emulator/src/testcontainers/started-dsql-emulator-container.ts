import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbstractStartedContainer, type StartedTestContainer } from "testcontainers";
import { parseReadyInfo, type ReadyInfo } from "../cli/index.ts";
import { attachEmulator, type TestEmulator } from "../testing/index.ts";

/** In the container. */
export const POSTGRES_PORT = 5432;
/** In the container. */
export const HTTP_PORT = 9432;

/** An emulator that runs in a container. */
export class StartedDsqlEmulatorContainer extends AbstractStartedContainer {
  /**
   * What a test asks of it: clock, decisions, and with `connectionOptions` of `dsql-auth-emulator/testing` the way to
   * connect. Host, ports and CA are those that count on this side.
   */
  readonly emulator: TestEmulator;
  readonly #directory: string;

  private constructor(container: StartedTestContainer, info: ReadyInfo, directory: string) {
    super(container);
    this.emulator = attachEmulator(info);
    this.#directory = directory;
  }

  /**
   * For `DsqlEmulatorContainer`.
   *
   * @param host address by which the container's ports are reached
   * @param readyFile content of the container's ready file
   * @throws Error when the ready file is not of the form, or the HTTP port does not answer
   */
  static async of(
    container: StartedTestContainer,
    host: string,
    readyFile: string,
  ): Promise<StartedDsqlEmulatorContainer> {
    const parsed = parseReadyInfo(readyFile);
    if (parsed.kind === "invalid") {
      throw new Error(`the container's ready file is not valid: ${parsed.problem}`);
    }
    const shownHost = host.includes(":") ? `[${host}]` : host;
    const url = `http://${shownHost}:${container.getMappedPort(HTTP_PORT)}`;
    const answer = await fetch(`${url}/_emulator/ca.pem`);
    if (!answer.ok) throw new Error(`status ${answer.status} of ${url}/_emulator/ca.pem`);
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-container-"));
    const caCertificate = join(directory, "ca.pem");
    writeFileSync(caCertificate, await answer.text());
    const info: ReadyInfo = {
      ...parsed.info,
      postgres: { host, port: container.getMappedPort(POSTGRES_PORT) },
      http: { url },
      caCertificate,
    };
    return new StartedDsqlEmulatorContainer(container, info, directory);
  }

  protected override async containerStopped(): Promise<void> {
    await this.emulator.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
