import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BACKEND_TYPE } from "../../src/pgwire/index.ts";
import { SocketTransport } from "../../src/server/socket-transport.ts";
import {
  createFakeSqlEngine,
  type FakeSqlEngine,
  type FakeSqlSession,
  rowContent,
} from "../support/fake-sql-engine.ts";
import { CLOSED, type WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { message, query, TERMINATE } from "./messages.ts";

let server: WireServer;
let fake: FakeSqlEngine;
let client: WireClient;
let session: FakeSqlSession;

beforeEach(async () => {
  fake = createFakeSqlEngine();
  server = await startWireServer({ engines: { engineOf: () => fake.engine } });
  const opened = fake.nextSession();
  ({ client } = await server.loggedIn());
  session = await opened;
});

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

const ROW_BYTES = 64 * 1024;
/** 128 MiB: far more than the system's buffers on both sides take. */
const ROWS = 2048;

function checksumOfRows(count: number): string {
  const hash = createHash("sha256");
  for (let row = 0; row < count; row += 1) hash.update(rowContent(row, ROW_BYTES));
  return hash.digest("hex");
}

/** Header of a DataRow with one value: type, length, number of values, length of the value. */
const ROW_HEADER_BYTES = 11;

describe("a client that does not read", () => {
  test("holds the engine back, and then gets every byte", async () => {
    client.pauseReading();
    client.send(query(`ROWS ${ROWS} ${ROW_BYTES}`));
    await session.untilHeldBack();
    expect(session.rowsTaken()).toBeLessThan(ROWS / 4);
    client.resumeReading();
    const frames = await client.receiveFramesUntil("ReadyForQuery");
    const hash = createHash("sha256");
    for (const { type, bytes } of frames) {
      if (type === BACKEND_TYPE.DataRow) hash.update(bytes.subarray(ROW_HEADER_BYTES));
    }
    expect(frames).toHaveLength(ROWS + 2);
    expect(hash.digest("hex")).toBe(checksumOfRows(ROWS));
  });

  test("and ends its session gets every byte when it reads again", async () => {
    const rows = 512;
    client.pauseReading();
    client.send(query(`ROWS ${rows} ${ROW_BYTES}`), TERMINATE);
    await session.untilHeldBack();
    client.resumeReading();
    const frames = await client.receiveFramesUntil("ReadyForQuery");
    expect(frames).toHaveLength(rows + 2);
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });

  test("and goes away lets the engine go on", async () => {
    client.pauseReading();
    client.send(query(`ROWS ${ROWS} ${ROW_BYTES}`));
    await session.untilHeldBack();
    await client.reset();
    await session.untilLogged("close");
    expect(session.rowsTaken()).toBe(ROWS);
  });

  test("is left when the engine under it is lost: the server waits no longer than its stop", async () => {
    client.pauseReading();
    client.send(query(`ROWS ${ROWS} ${ROW_BYTES}`));
    await session.untilHeldBack();
    session.lose("crashed");
    await server.listener.stop(20);
    expect(server.log.at(-1)).toBe("ended");
  });
});

describe("a client that sends while the engine is busy", () => {
  test("is not read ahead of the limit, and is answered in full afterwards", async () => {
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    // 50 MB of queries of 100 kB.
    const count = 500;
    const padded = query(`Q ${"x".repeat(100_000)}`);
    for (let index = 0; index < count; index += 1) client.send(padded);
    await untilStill(() => client.unsentBytes);
    // The system's buffers on loopback take some megabytes on each side; the server 256 KiB.
    expect(client.unsentBytes).toBeGreaterThan(25_000_000);
    session.wake();
    client.send(TERMINATE);
    const lines = await client.receiveRest();
    expect(lines.filter((line) => line === "B ReadyForQuery idle")).toHaveLength(count + 1);
    expect(lines.at(-1)).toBe(CLOSED);
  });

  test("is answered in full while it sends without reading", async () => {
    // Both sides are full at once: who waits for the other here would wait forever.
    const count = 300;
    client.pauseReading();
    for (let index = 0; index < count; index += 1) client.send(query(`ROWS 1 ${ROW_BYTES}`));
    client.send(message("X"));
    await session.untilHeldBack();
    client.resumeReading();
    const lines = await client.receiveRest();
    expect(lines.filter((line) => line === "B ReadyForQuery idle")).toHaveLength(count);
  });
});

describe("the transport of a socket", () => {
  test("reads no more than its limit and one chunk ahead, and resumes", async () => {
    const { transport, socket, peer } = await connectedTransport();
    const total = 8 * 1024 * 1024;
    peer.end(Buffer.alloc(total, 1));
    await untilStill(() => socket.bytesRead);
    const largestChunk = 64 * 1024;
    expect(socket.isPaused()).toBe(true);
    expect(socket.bytesRead).toBeLessThanOrEqual(256 * 1024 + 2 * largestChunk);

    let received = 0;
    await new Promise<void>((resolve) => {
      const drain = (): void => {
        for (let chunk = transport.read(); chunk; chunk = transport.read()) {
          received += chunk.length;
        }
        if (transport.hasEnded) resolve();
      };
      transport.onActivity(drain);
      drain();
    });
    expect(received).toBe(total);
    transport.destroy();
  });

  test("ends when everything is sent, also if its peer closes its side before that", async () => {
    const { transport, peer } = await connectedTransport();
    const total = 16 * 1024 * 1024;
    peer.pause();
    expect(transport.write(Buffer.alloc(total, 1))).toBeInstanceOf(Promise);
    const ended = transport.end();
    const peerClosed = new Promise<void>((resolve) => {
      transport.onActivity(resolve);
    });
    peer.end();
    await peerClosed;
    let received = 0;
    peer.on("data", (chunk: Buffer) => (received += chunk.length));
    peer.resume();
    await Promise.all([ended, once(peer, "close")]);
    expect(received).toBe(total);
  });
});

/** A transport, its socket, and the socket at the other end. */
async function connectedTransport(): Promise<{
  transport: SocketTransport;
  socket: Socket;
  peer: Socket;
}> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (typeof address !== "object" || address === null) throw new Error("the listener has no port");
  const accepted = once(listener, "connection") as Promise<[Socket]>;
  const peer = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
  const [socket] = await accepted;
  listener.close();
  const noTls = (): Promise<never> => Promise.reject(new Error("no TLS here"));
  return { transport: new SocketTransport(socket, noTls, 1_000), socket, peer };
}

/** Resolves when a number has not changed over many turns of the event loop. */
async function untilStill(measure: () => number): Promise<void> {
  let still = 0;
  let last = measure();
  while (still < 200) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = measure();
    still = now === last ? still + 1 : 0;
    last = now;
  }
}
