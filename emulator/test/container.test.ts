/** What a container asks of the emulator beside its protocols. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { healthCommand, runCli, writeReadyFile } from "../src/cli/index.ts";
import { type EmulatorEvent, startEmulator } from "../src/index.ts";
import { startCommand } from "../src/start-command.ts";
import { fakeCliIo } from "./support/cli-io.ts";
import { testReadyInfo } from "./support/ready-info.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "container-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test("copies its CA certificate to where other containers read it", async () => {
  const configFile = join(directory, "dsql-emulator.json");
  writeFileSync(configFile, JSON.stringify({ caFile: "shared/ca.pem" }));
  await using emulator = await startEmulator({ configFile });
  const copy = readFileSync(join(directory, "shared", "ca.pem"), "utf8");
  expect(copy).toBe(readFileSync(emulator.caCertificate, "utf8"));
});

test("says nothing of a health check, but of a client that begins and goes away", async () => {
  const events: EmulatorEvent[] = [];
  let told = (): void => undefined;
  const aNotice = new Promise<void>((resolve) => {
    told = resolve;
  });
  await using emulator = await startEmulator({
    onEvent: (event) => {
      events.push(event);
      told();
    },
  });
  const { host, port } = emulator.postgres;
  const io = fakeCliIo({ fetch });
  const args = ["health", "--postgres", `${host}:${port}`, "--http", emulator.http.url];
  expect(await runCli([healthCommand], args, io)).toBe(0);
  const socket = connect({ host, port });
  await once(socket, "connect");
  socket.end(Buffer.from("0000000804d2162f16", "hex"));
  socket.resume();
  await aNotice;
  expect(events.map((event) => (event.kind === "notice" ? event.message : event.kind))).toEqual([
    "connection from 127.0.0.1 ended before a decision: protocol violation: received unencrypted data after SSL request",
  ]);
});

test("starts beside the ready file of the process that had its number before", async () => {
  const io = fakeCliIo({ workingDirectory: directory });
  const readyFile = join(directory, ".dsql-emulator", "ready.json");
  await writeReadyFile(readyFile, testReadyInfo({ pid: process.pid }));
  const command = startCommand({ version: "0.0.0", untilSignal: async () => "SIGTERM" });
  const args = ["start", "--pg-port=0", "--http-port=0"];
  expect(await runCli([command], args, io)).toBe(0);
  expect(io.written.stdout.endsWith("\nready\n")).toBe(true);
  await writeReadyFile(readyFile, testReadyInfo({ pid: process.ppid }));
  expect(await runCli([command], args, io)).toBe(1);
});
