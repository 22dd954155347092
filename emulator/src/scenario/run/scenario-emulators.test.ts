import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { testReadyInfo } from "../../../test/support/ready-info.ts";
import type { EmulatorHandle, EmulatorStarter } from "./emulator-handle.ts";
import { openEmulators } from "./scenario-emulators.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface FakeEmulator extends EmulatorHandle {
  /** Method, path and body of each call. */
  readonly calls: string[];
  /** From now on. */
  answerWith(status: number): void;
}

/** Answers every call with one status, 200 at first, and tells what was called. */
async function fakeEmulator(name: string, log: string[]): Promise<FakeEmulator> {
  let status = 200;
  const calls: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      calls.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(status, { "content-type": "application/json" });
      response.end('{"error":{"message":"a transaction is open"}}');
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...testReadyInfo(),
    http: { url: `http://127.0.0.1:${port}` },
    calls,
    answerWith: (next) => {
      status = next;
    },
    stop: async () => {
      log.push(`stop ${name}`);
    },
  };
}

const RESET = 'POST /_emulator/reset {"to":"configuration","clock":true,"records":true}';

describe("emulators of a run's own", () => {
  /** Starts fakes a, b, c …; the files are not read. */
  function starting(log: string[]): {
    readonly started: FakeEmulator[];
    readonly start: EmulatorStarter;
  } {
    const started: FakeEmulator[] = [];
    let count = 0;
    const start: EmulatorStarter = async () => {
      const name = "abcdef"[count] ?? "";
      count += 1;
      log.push(`start ${name}`);
      const emulator = await fakeEmulator(name, log);
      started.push(emulator);
      return emulator;
    };
    return { started, start };
  }

  test("are used again for the same configuration, after a reset", async () => {
    const log: string[] = [];
    const { started, start } = starting(log);
    const emulators = openEmulators({ kind: "own", start }, 2);
    await (await emulators.take({ region: "us-east-1" })).end();
    await (await emulators.take({ region: "us-east-1" })).end();
    await (await emulators.take(undefined)).end();
    expect(log).toEqual(["start a", "start b"]);
    expect(started.map(({ calls }) => calls)).toEqual([[RESET, RESET], [RESET]]);
    await emulators.close();
    expect(log.slice(2).sort()).toEqual(["stop a", "stop b"]);
  });

  test("are never lent to two scenarios at a time", async () => {
    const log: string[] = [];
    const { start } = starting(log);
    const emulators = openEmulators({ kind: "own", start }, 2);
    const leases = await Promise.all([emulators.take(undefined), emulators.take(undefined)]);
    expect(leases[0].emulator).not.toBe(leases[1].emulator);
    expect(log).toEqual(["start a", "start b"]);
  });

  test("wait in no greater number than they may: the one that has waited longest is stopped", async () => {
    const log: string[] = [];
    const { start } = starting(log);
    const emulators = openEmulators({ kind: "own", start }, 1);
    for (const region of ["eu-west-1", "eu-west-2", "eu-west-1"]) {
      await (await emulators.take({ region })).end();
    }
    expect(log).toEqual(["start a", "start b", "stop a", "start c", "stop b"]);
  });

  test("are stopped when they cannot be reset, and another one is started", async () => {
    const log: string[] = [];
    const { started, start } = starting(log);
    const emulators = openEmulators({ kind: "own", start }, 1);
    const lease = await emulators.take(undefined);
    started[0]?.answerWith(409);
    await lease.end();
    await (await emulators.take(undefined)).end();
    expect(log).toEqual(["start a", "stop a", "start b"]);
  });
});

describe("a running emulator", () => {
  test("goes back to a snapshot, which is removed at the end", async () => {
    const emulator = await fakeEmulator("a", []);
    const emulators = openEmulators({ kind: "running", emulator, keepsState: false }, 1);
    await (await emulators.take(undefined)).end();
    await (await emulators.take(undefined)).end();
    await emulators.close();
    const name = /"name":"(scenario-run-[0-9a-f-]{36})"/.exec(emulator.calls[0] ?? "")?.[1] ?? "";
    const reset = (records: boolean): string =>
      `POST /_emulator/reset {"to":{"snapshot":"${name}"},"clock":true,"records":${records}}`;
    expect(emulator.calls).toEqual([
      `POST /_emulator/snapshots {"name":"${name}"}`,
      reset(true),
      reset(true),
      reset(false),
      `DELETE /_emulator/snapshots/${name} `,
    ]);
  });

  test("is asked nothing when it keeps its state, nor when no scenario was run", async () => {
    const emulator = await fakeEmulator("a", []);
    const kept = openEmulators({ kind: "running", emulator, keepsState: true }, 1);
    await (await kept.take(undefined)).end();
    await kept.close();
    await openEmulators({ kind: "running", emulator, keepsState: false }, 1).close();
    expect(emulator.calls).toEqual([]);
  });

  test("that cannot take a snapshot says why", async () => {
    const emulator = await fakeEmulator("a", []);
    emulator.answerWith(409);
    const emulators = openEmulators({ kind: "running", emulator, keepsState: false }, 1);
    await expect(emulators.take(undefined)).rejects.toThrow(
      "the emulator's state cannot be brought back: a transaction is open",
    );
  });
});
