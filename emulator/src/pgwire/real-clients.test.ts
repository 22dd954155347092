/** What node-postgres and postgres.js really send, and whether they understand what is sent to them. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  bindComplete,
  closeComplete,
  commandComplete,
  concatMessages,
  dataRow,
  decodeFrontendMessage,
  decodePasswordMessage,
  decodeStartupPacket,
  errorResponse,
  FrameDecoder,
  type FrontendMessage,
  noticeResponse,
  parameterDescription,
  parameterStatus,
  parseComplete,
  readyForQuery,
  rowDescription,
  traceFrontend,
  traceStartupPacket,
} from "./index.ts";

const PASSWORD = "fake-password-ü";
const INT4_OID = 23;
const TEXT_OID = 25;
const COLUMNS = rowDescription([
  { name: "number", typeOid: INT4_OID, typeSizeBytes: 4 },
  { name: "text", typeOid: TEXT_OID },
]);
const ROW = dataRow(["42", "grüß"]);
const COPY_IN_RESPONSE = Uint8Array.of(0x47, 0, 0, 0, 7, 0, 0, 0);

/** What one connection has sent. */
interface Recording {
  readonly received: Uint8Array[];
  readonly framed: Uint8Array[];
  readonly lines: string[];
  password: string | undefined;
}

let server: Server;
let recordings: Recording[];
let failures: unknown[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  recordings = [];
  failures = [];
  server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
    record(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
});

function record(socket: Socket): void {
  const recording: Recording = { received: [], framed: [], lines: [], password: undefined };
  recordings.push(recording);
  const decoder = new FrameDecoder({ maxMessageBytes: 10 * 1024 * 1024 });
  let hasStarted = false;
  const step = (): Uint8Array | undefined => {
    if (!hasStarted) {
      const packet = decoder.nextStartupPacket();
      if (packet === undefined) return undefined;
      recording.framed.push(packet);
      const decoded = decodeStartupPacket(packet);
      recording.lines.push(traceStartupPacket(decoded));
      if (decoded.type === "SSLRequest") return Uint8Array.of(0x4e);
      hasStarted = decoded.type === "StartupMessage";
      return authenticationCleartextPassword();
    }
    const frame = decoder.nextFrame(recording.password === undefined ? "password" : "any");
    if (frame === undefined) return undefined;
    recording.framed.push(frame.bytes);
    recording.lines.push(traceFrontend(frame));
    if (recording.password === undefined) {
      recording.password = decodePasswordMessage(frame);
      return concatMessages([
        authenticationOk(),
        parameterStatus("server_version", "16.9"),
        parameterStatus("client_encoding", "UTF8"),
        backendKeyData(77, 0xfffffffe),
        readyForQuery("idle"),
      ]);
    }
    return answerTo(decodeFrontendMessage(frame));
  };
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Uint8Array) => {
    recording.received.push(Uint8Array.from(chunk));
    try {
      decoder.push(chunk);
      for (let answer = step(); answer !== undefined; answer = step()) socket.write(answer);
    } catch (error) {
      failures.push(error);
      socket.destroy();
    }
  });
}

function answerTo(message: FrontendMessage): Uint8Array {
  switch (message.type) {
    case "Query":
      if (message.sql.startsWith("copy")) return COPY_IN_RESPONSE;
      return concatMessages([answerToQuery(message.sql), readyForQuery("idle")]);
    case "Parse":
      return parseComplete();
    case "Bind":
      return bindComplete();
    case "Describe":
      if (message.target === "portal") return COLUMNS;
      return concatMessages([parameterDescription([INT4_OID, TEXT_OID]), COLUMNS]);
    case "Execute":
      return concatMessages([ROW, commandComplete("SELECT 1")]);
    case "Close":
      return closeComplete();
    case "Sync":
      return readyForQuery("idle");
    case "CopyDone":
      return concatMessages([commandComplete("COPY 2"), readyForQuery("idle")]);
    default:
      return new Uint8Array(0);
  }
}

function answerToQuery(sql: string): Uint8Array {
  if (sql !== "fail") return concatMessages([COLUMNS, ROW, commandComplete("SELECT 1")]);
  return concatMessages([
    noticeResponse({ severity: "WARNING", sqlState: "01000", message: "it will fail" }),
    errorResponse({
      severity: "ERROR",
      sqlState: "42601",
      message: 'syntax error at or near "fäil"',
      detail: "Session Id: abc",
      hint: "write SQL",
      position: 1,
    }),
  ]);
}

function port(): number {
  return (server.address() as AddressInfo).port;
}

function expectFramedByteForByte(): void {
  expect(failures).toEqual([]);
  for (const { framed, received } of recordings) {
    expect(Buffer.concat(framed).equals(Buffer.concat(received))).toBe(true);
  }
}

async function closed(): Promise<void> {
  for (const socket of sockets) await once(socket, "close");
}

describe("node-postgres", () => {
  async function connected(): Promise<pg.Client> {
    const client = new pg.Client({
      host: "127.0.0.1",
      port: port(),
      user: "admin",
      database: "postgres",
      password: PASSWORD,
      application_name: "wire test",
    });
    await client.connect();
    return client;
  }

  test("sends what is decoded and framed byte for byte", async () => {
    const client = await connected();
    await client.query("select 42, 'grüß'");
    await client.query({ name: "s1", text: "select $1::int, $2::text", values: [42, null] });
    await client.query("select $1::bytea", [Buffer.from([0, 255])]);
    await client.end();
    await closed();
    expect(recordings.map(({ lines, password }) => ({ password, lines }))).toEqual([
      {
        password: PASSWORD,
        lines: [
          'F StartupMessage 3.0 user="admin" database="postgres" application_name="wire test" client_encoding="UTF8"',
          "F PasswordMessage 17 bytes",
          `F Query "select 42, 'grüß'"`,
          'F Parse "s1" "select $1::int, $2::text"',
          'F Bind "" "s1" formats=[0, 0] parameters=[2 bytes, NULL] results=[0]',
          'F Describe portal ""',
          'F Execute ""',
          "F Sync",
          'F Parse "" "select $1::bytea"',
          'F Bind "" "" formats=[1] parameters=[2 bytes] results=[0]',
          'F Describe portal ""',
          'F Execute ""',
          "F Sync",
          "F Terminate",
        ],
      },
    ]);
    expectFramedByteForByte();
  });

  test("understands rows, errors and notices", async () => {
    const client = await connected();
    const notices: unknown[] = [];
    client.on("notice", ({ severity, code, message }) => notices.push([severity, code, message]));
    const { rows, command, rowCount } = await client.query("select 42, 'grüß'");
    expect({ rows, command, rowCount }).toEqual({
      rows: [{ number: 42, text: "grüß" }],
      command: "SELECT",
      rowCount: 1,
    });
    await expect(client.query("fail")).rejects.toMatchObject({
      severity: "ERROR",
      code: "42601",
      message: 'syntax error at or near "fäil"',
      detail: "Session Id: abc",
      hint: "write SQL",
      position: "1",
    });
    expect(notices).toEqual([["WARNING", "01000", "it will fail"]]);
    await client.end();
  });
});

describe("postgres.js", () => {
  test("sends what is decoded and framed byte for byte, and understands the answers", async () => {
    const notices: unknown[] = [];
    const sql = postgres({
      host: "127.0.0.1",
      port: port(),
      user: "admin",
      database: "postgres",
      password: PASSWORD,
      ssl: "prefer",
      max: 1,
      fetch_types: false,
      connection: { application_name: "wire test" },
      onnotice: ({ message }) => notices.push(message),
    });
    const rows = await sql`select ${42}::int, ${"grüß"}::text`;
    expect([...rows]).toEqual([{ number: 42, text: "grüß" }]);
    await expect(sql.unsafe("fail").simple()).rejects.toMatchObject({ code: "42601" });
    const copy = await sql`copy t from stdin`.writable();
    copy.write("1\tone\n");
    copy.end("2\ttwo\n");
    await once(copy, "finish");
    await sql.end();
    await closed();
    expect(notices).toEqual(["it will fail"]);
    expect(recordings.map(({ lines, password }) => ({ password, lines }))).toEqual([
      {
        password: PASSWORD,
        lines: [
          "F SSLRequest",
          'F StartupMessage 3.0 user="admin" database="postgres" client_encoding="UTF8" application_name="wire test"',
          "F PasswordMessage 17 bytes",
          expect.stringMatching(/^F Parse "\w+" "select \$1::int, \$2::text" types=\[0, 0\]$/),
          expect.stringMatching(/^F Describe statement "\w+"$/),
          "F Flush",
          expect.stringMatching(/^F Bind "" "\w+" parameters=\[2 bytes, 6 bytes\]$/),
          'F Execute ""',
          "F Sync",
          'F Query "fail"',
          'F Query "copy t from stdin"',
          "F CopyData 6 bytes",
          "F CopyData 6 bytes",
          "F CopyDone",
          // postgres.js sends this whenever the stream of a COPY is destroyed, also after its good end.
          'F CopyFail "null"',
          "F Terminate",
        ],
      },
    ]);
    expectFramedByteForByte();
  });
});
