/** Runs a command on an emulator that a test plays. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CliCommand, runCli, writeReadyFile } from "../../src/cli/index.ts";
import { fakeCliIo } from "./cli-io.ts";
import { testReadyInfo } from "./ready-info.ts";

/** A call that the command made; the body is the JSON value. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** What came of a command. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly SeenRequest[];
}

/** A working directory with the ready file of an emulator at `http://127.0.0.1:9432`. */
export interface CommandPlace {
  readonly directory: string;
  run(
    command: CliCommand,
    args: readonly string[],
    answer: () => Response | Promise<Response>,
  ): Promise<CommandRun>;
  remove(): void;
}

/** Makes one. */
export async function commandPlace(): Promise<CommandPlace> {
  const directory = mkdtempSync(join(tmpdir(), "command-"));
  await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo());
  return {
    directory,
    run: async (command, args, answer) => {
      const requests: SeenRequest[] = [];
      const io = fakeCliIo({
        workingDirectory: directory,
        fetch: async (input, { method = "GET", body } = {}) => {
          const url = input instanceof Request ? input.url : String(input);
          const sent = typeof body === "string" ? { body: JSON.parse(body) as unknown } : {};
          requests.push({ method, url, ...sent });
          return answer();
        },
      });
      const exitCode = await runCli([command], [command.name, ...args], io);
      return { exitCode, ...io.written, requests };
    },
    remove: () => {
      rmSync(directory, { recursive: true });
    },
  };
}
