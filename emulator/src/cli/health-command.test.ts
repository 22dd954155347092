import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { testReadyInfo } from "../../test/support/ready-info.ts";
import { healthCommand, runCli, writeReadyFile } from "./index.ts";

const HTTP = "http://127.0.0.1:9432";
const READY = { [`${HTTP}/_emulator/ready`]: { ready: true } };
const SSL_REQUEST = "0000000804d2162f";

let directory: string;
let server: Server | undefined;
/** What the server was sent, in hexadecimal digits. */
let heard: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "health-"));
  heard = "";
});

afterEach(async () => {
  server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** A PostgreSQL port that answers what it is sent as given. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (bytes: Buffer) => {
      heard += bytes.toString("hex");
      answer(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function run(
  args: readonly string[],
  fetch = fakeFetch(READY),
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const io = fakeCliIo({ workingDirectory: directory, fetch });
  const exitCode = await runCli([healthCommand], ["health", ...args], io);
  return { exitCode, ...io.written };
}

const at = (port: number): string[] => [`--postgres=127.0.0.1:${port}`, `--http=${HTTP}`];
const failed = (message: string): object => ({
  exitCode: 1,
  stdout: "",
  stderr: `dsql-emulator health: ${message}\n`,
});

describe("dsql-emulator health", () => {
  test("is well when both ports answer, and sends an SSLRequest and nothing else", async () => {
    const port = await listen((socket) => socket.write("S"));
    expect(await run(at(port))).toEqual({ exitCode: 0, stdout: "ready\n", stderr: "" });
    expect(heard).toBe(SSL_REQUEST);
  });

  test("finds the emulator by its ready file, and a wildcard's loopback", async () => {
    const port = await listen((socket) => socket.write("S"));
    const info = testReadyInfo({
      postgres: { host: "0.0.0.0", port },
      http: { url: "http://0.0.0.0:9432" },
    });
    await writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), info);
    expect(await run([])).toEqual({ exitCode: 0, stdout: "ready\n", stderr: "" });
  });

  test("fails without an emulator", async () => {
    const { exitCode, stderr } = await run([]);
    expect(exitCode).toBe(1);
    expect(stderr.split(";")[0]).toBe(
      `dsql-emulator health: no running emulator: there is no ready file ${join(directory, ".dsql-emulator", "ready.json")}`,
    );
  });

  test("fails when the PostgreSQL port has no TLS, closes, or is closed", async () => {
    const plain = await listen((socket) => socket.write("N"));
    expect(await run(at(plain))).toEqual(
      failed(`PostgreSQL port 127.0.0.1:${plain}: SSLRequest was answered with "N"`),
    );
    server?.close();
    const closing = await listen((socket) => socket.end());
    expect(await run(at(closing))).toEqual(
      failed(`PostgreSQL port 127.0.0.1:${closing}: the connection was closed without an answer`),
    );
    const listening = server;
    listening?.close();
    if (listening !== undefined) await once(listening, "close");
    expect(await run(at(closing))).toEqual(
      failed(`PostgreSQL port 127.0.0.1:${closing}: ECONNREFUSED`),
    );
  });

  test("fails when the PostgreSQL port does not answer in time", async () => {
    const port = await listen(() => undefined);
    expect(await run([...at(port), "--timeout", "1"])).toEqual(
      failed(`PostgreSQL port 127.0.0.1:${port}: no answer in 1000 ms`),
    );
  });

  test("fails when the emulator is not ready, and tells all that is wrong", async () => {
    const port = await listen((socket) => socket.write("S"));
    const starting: typeof fetch = async () =>
      Response.json({ error: { code: "not_ready" } }, { status: 503 });
    expect(await run(at(port), starting)).toEqual(
      failed(`HTTP port: status 503 of ${HTTP}/_emulator/ready`),
    );
    server?.close();
    const plain = await listen((socket) => socket.write("N"));
    expect(await run(at(plain), fakeFetch({}))).toEqual(
      failed(
        `PostgreSQL port 127.0.0.1:${plain}: SSLRequest was answered with "N"; HTTP port: it has no /_emulator/ready`,
      ),
    );
  });

  test.each([
    [["--postgres", "a:1"], "--postgres and --http belong together; give both or none"],
    [
      ["--postgres", "a", "--http", HTTP],
      "--postgres is `a`; give host and port, like 127.0.0.1:5432 or [::1]:5432",
    ],
    [
      ["--postgres", "::1:5432", "--http", HTTP],
      "--postgres is `::1:5432`; give host and port, like 127.0.0.1:5432 or [::1]:5432",
    ],
    [
      ["--postgres", "a:1", "--http", "localhost"],
      "--http is `localhost`; give a URL like http://127.0.0.1:9432",
    ],
    [["--timeout", "0"], "--timeout is `0`; give a whole number of seconds from 1 to 60"],
  ])("refuses %j", async (args, message) => {
    expect(await run(args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `dsql-emulator health: ${message}\n`,
    });
  });
});
