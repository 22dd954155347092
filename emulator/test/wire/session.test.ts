import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPgliteEngine, type MultiplexerEvent } from "../../src/engine/index.ts";
import { createFakeEngineProcess, type FakeEngineProcess } from "../support/fake-engine-process.ts";
import { CLOSED, type WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import {
  BIND,
  COPY_DONE,
  EXECUTE,
  extendedQuery,
  FLUSH,
  message,
  query,
  SYNC,
  TERMINATE,
} from "./messages.ts";

let server: WireServer;
let fake: FakeEngineProcess;
let client: WireClient;
let greeting: string[];

beforeEach(async () => {
  fake = createFakeEngineProcess();
  const events: MultiplexerEvent[] = [];
  const engine = createPgliteEngine({
    startProcess: () => Promise.resolve(fake.process),
    transactionWaitMs: 60_000,
    onEvent: (event) => events.push(event),
  });
  server = await startWireServer({ engines: { engineOf: () => engine } });
  ({ client, greeting } = await server.loggedIn({ parameters: { application_name: "wire" } }));
});

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

const READY = "B ReadyForQuery idle";
const DIVISION = 'B ErrorResponse ERROR 22012 "division by zero"';

/** First messages of the batches that the engine has run for the client. */
function statements(): string[] {
  return fake.log.filter((line) => line.startsWith("1: "));
}

/** Sends everything in one segment, and Terminate after it; the whole answer. */
async function transcript(...messages: readonly Uint8Array[]): Promise<string[]> {
  client.send(...messages, TERMINATE);
  return client.receiveRest();
}

describe("an open session", () => {
  test("is greeted with its settings, its key and ReadyForQuery", () => {
    expect(greeting).toEqual([
      "B AuthenticationOk",
      ...greeting.filter((line) => line.startsWith("B ParameterStatus")),
      "B BackendKeyData process=1",
      READY,
    ]);
    expect(greeting).toContain('B ParameterStatus "application_name"="wire"');
  });

  test("answers pipelined messages of one segment in order", async () => {
    expect(
      await transcript(
        query("ONE"),
        extendedQuery("TWO"),
        SYNC,
        query("BEGIN"),
        extendedQuery("THREE"),
        message("D", "S\0"),
        message("C", "S\0"),
        SYNC,
        query("ROLLBACK"),
      ),
    ).toEqual([
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      "B ParseComplete",
      "B BindComplete",
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      'B CommandComplete "BEGIN"',
      "B ReadyForQuery in-transaction",
      "B ParseComplete",
      "B BindComplete",
      "B DataRow [12 bytes]",
      'B CommandComplete "SELECT 1"',
      "B NoData",
      "B CloseComplete",
      "B ReadyForQuery in-transaction",
      'B CommandComplete "ROLLBACK"',
      READY,
      CLOSED,
    ]);
  });

  test("answers up to Flush before it gets Sync", async () => {
    client.send(message("P", "\0ONE\0\0\0"), FLUSH);
    expect(await client.receiveUntil("ParseComplete")).toEqual(["B ParseComplete"]);
    client.send(BIND, EXECUTE, FLUSH);
    expect(await client.receiveUntil("CommandComplete")).toEqual([
      "B BindComplete",
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
    ]);
    client.send(SYNC);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual([READY]);
  });

  test("skips after an error up to Sync, and no further", async () => {
    expect(
      await transcript(
        extendedQuery("FAIL"),
        extendedQuery("SKIPPED"),
        FLUSH,
        extendedQuery("SKIPPED"),
        SYNC,
        query("ONE"),
      ),
    ).toEqual([
      "B ParseComplete",
      "B BindComplete",
      DIVISION,
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
    expect(fake.log.filter((line) => line.includes("SKIPPED"))).toEqual([]);
  });

  test("skips after an error that Flush has shown", async () => {
    client.send(extendedQuery("FAIL"), FLUSH);
    expect((await client.receiveUntil("ErrorResponse")).at(-1)).toBe(DIVISION);
    expect(await transcript(extendedQuery("SKIPPED"), query("SKIPPED"), SYNC)).toEqual([
      READY,
      CLOSED,
    ]);
  });

  test("refuses a malformed message also while it skips", async () => {
    client.send(extendedQuery("FAIL"), FLUSH, message("D", "X\0"), SYNC);
    expect((await client.receiveRest()).slice(-2)).toEqual([
      'B ErrorResponse FATAL 08P01 "invalid DESCRIBE message subtype 88"',
      CLOSED,
    ]);
  });

  test("runs a Query behind messages without Sync", async () => {
    expect(await transcript(extendedQuery("ONE"), query("TWO"))).toEqual([
      "B ParseComplete",
      "B BindComplete",
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
  });

  test("drops a Query behind messages without Sync of which one fails", async () => {
    expect(await transcript(extendedQuery("FAIL"), query("TWO"), SYNC, query("ONE"))).toEqual([
      "B ParseComplete",
      "B BindComplete",
      DIVISION,
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
    expect(fake.log.some((line) => line.includes("TWO"))).toBe(false);
  });

  test("answers a FunctionCall", async () => {
    const call = message("F", "\0\0\x05\x25\0\0\0\0\0\0");
    // The fake engine does not know the message; what counts is that it got it, and on its own.
    client.send(call);
    await expect.poll(() => statements().length).toBe(1);
    expect(statements()).toEqual(["1: \x05%"]);
  });

  test("ends with Terminate while messages without Sync are pending", async () => {
    expect(await transcript(extendedQuery("NEVER"))).toEqual([CLOSED]);
    await server.untilEnded(1);
    expect(statements()).toEqual([]);
    expect(server.log).toEqual([
      "decided: admitted",
      "opened wire",
      "closed: the client ended the session",
      "ended",
    ]);
  });

  test("answers 5,000 pipelined batches in order", async () => {
    const batches = Array.from({ length: 2_500 }, (_, index) => [
      query(`Q${index}`),
      extendedQuery(`E${index}`),
      SYNC,
    ]);
    client.send(...batches.flat(), TERMINATE);
    const lines = await client.receiveRest();
    expect(lines.filter((line) => line === READY)).toHaveLength(5_000);
    expect(lines.at(-1)).toBe(CLOSED);
    expect(statements()).toEqual(batches.flatMap((_, index) => [`1: Q${index}`, `1: E${index}`]));
  });

  test("answers a client that has closed its side", async () => {
    client.send(query("ONE"), extendedQuery("TWO"), SYNC);
    client.halfClose();
    expect((await client.receiveRest()).filter((line) => line === READY)).toHaveLength(2);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: the client closed the connection");
  });
});

describe("COPY from stdin", () => {
  const COPY = query("COPY t FROM STDIN");
  const row = (text: string): Buffer => message("d", `${text}\n`);

  test("takes data that comes after CopyInResponse", async () => {
    client.send(COPY);
    expect(await client.receiveUntil("CopyInResponse")).toEqual(["B CopyInResponse 3 bytes"]);
    expect(await transcript(row("one"), row("two"), COPY_DONE, query("ONE"))).toEqual([
      'B CommandComplete "COPY 2"',
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
  });

  test("takes data that is sent with the statement", async () => {
    expect(await transcript(COPY, row("one"), FLUSH, SYNC, row("two"), COPY_DONE)).toEqual([
      "B CopyInResponse 3 bytes",
      'B CommandComplete "COPY 2"',
      READY,
      CLOSED,
    ]);
  });

  test("of a table that is not there drops the data that is sent with it", async () => {
    expect(
      await transcript(query("COPY nope FROM STDIN"), row("one"), COPY_DONE, query("ONE")),
    ).toEqual([
      'B ErrorResponse ERROR 42P01 "relation \\"nope\\" does not exist"',
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
  });

  test("ends with CopyFail", async () => {
    expect(await transcript(COPY, row("one"), message("f", "no\0"), query("ONE"))).toEqual([
      "B CopyInResponse 3 bytes",
      'B ErrorResponse ERROR 57014 "COPY from stdin failed"',
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
  });

  test("ends with Terminate, and nothing is copied", async () => {
    expect(await transcript(COPY, row("one"))).toEqual(["B CopyInResponse 3 bytes", CLOSED]);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: the client ended the session during COPY");
  });

  test("ends with a Query as a violation of the protocol", async () => {
    client.send(COPY, row("one"), query("ONE"));
    expect(await client.receiveRest()).toEqual([
      "B CopyInResponse 3 bytes",
      'B ErrorResponse FATAL 08P01 "unexpected Query message during COPY from stdin"',
      CLOSED,
    ]);
  });

  test("with too much data fails, and the session goes on", async () => {
    client.send(COPY);
    await client.receiveUntil("CopyInResponse");
    const megabytes = Array.from({ length: 66 }, () =>
      message("d", Buffer.alloc(1024 * 1024, 0x31)),
    );
    client.send(...megabytes, COPY_DONE);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual([
      'B ErrorResponse ERROR 57014 "COPY from stdin failed"',
      READY,
    ]);
    expect((await transcript(query("ONE"))).at(-2)).toBe(READY);
  });

  test("behind messages without Sync takes its data too", async () => {
    expect(
      await transcript(extendedQuery("ONE"), COPY, row("one"), COPY_DONE, query("TWO")),
    ).toEqual([
      "B ParseComplete",
      "B BindComplete",
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      "B CopyInResponse 3 bytes",
      'B CommandComplete "COPY 1"',
      READY,
      "B DataRow [10 bytes]",
      'B CommandComplete "SELECT 1"',
      READY,
      CLOSED,
    ]);
  });
});
