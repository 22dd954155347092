import { describe, expect, test } from "vitest";
import type { StartupPacket } from "./decode-startup-packet.ts";
import type { FrontendFrame } from "./frame-decoder.ts";
import { traceFrontend, traceStartupPacket } from "./trace-frontend.ts";

function frameOf(letter: string, body: string): FrontendFrame {
  const bytes = Uint8Array.from(Buffer.from(`${letter}\0\0\0\0${body}`, "latin1"));
  new DataView(bytes.buffer).setUint32(1, bytes.length - 1);
  return { type: letter.charCodeAt(0), bytes };
}

describe("traceFrontend", () => {
  test.each([
    { letter: "Q", body: "select 'gr\xc3\xbc\xc3\x9f'\n\0", line: `F Query "select 'grüß'\\n"` },
    {
      letter: "P",
      body: "s1\0select $1\0\0\x01\0\0\0\x17",
      line: 'F Parse "s1" "select $1" types=[23]',
    },
    { letter: "P", body: "\0begin\0\0\0", line: 'F Parse "" "begin"' },
    {
      letter: "B",
      body: "p\0s1\0\0\x01\0\x01\0\x02\0\0\0\x03pin\xff\xff\xff\xff\0\x01\0\0",
      line: 'F Bind "p" "s1" formats=[1] parameters=[3 bytes, NULL] results=[0]',
    },
    { letter: "D", body: "Ss1\0", line: 'F Describe statement "s1"' },
    { letter: "C", body: "P\0", line: 'F Close portal ""' },
    { letter: "E", body: "\0\0\0\0\0", line: 'F Execute ""' },
    { letter: "E", body: "p\0\0\0\0\x09", line: 'F Execute "p" rows=9' },
    { letter: "S", body: "", line: "F Sync" },
    { letter: "H", body: "", line: "F Flush" },
    {
      letter: "F",
      body: "\0\0\0\x09\0\x01\0\x01\0\x01\0\0\0\x01x\0\0",
      line: "F FunctionCall 9 formats=[1] arguments=[1 bytes] result=0",
    },
    { letter: "d", body: "secret", line: "F CopyData 6 bytes" },
    { letter: "c", body: "", line: "F CopyDone" },
    { letter: "f", body: "no\0", line: 'F CopyFail "no"' },
    { letter: "X", body: "", line: "F Terminate" },
    { letter: "p", body: "secret\0", line: "F PasswordMessage 7 bytes" },
    { letter: "p", body: "broken\0secret", line: "F PasswordMessage 13 bytes" },
    { letter: "Q", body: "select", line: "F Query malformed: invalid string in message" },
    { letter: "z", body: "", line: "F type 122 malformed: invalid frontend message type 122" },
  ])("$line", ({ letter, body, line }) => {
    expect(traceFrontend(frameOf(letter, body))).toBe(line);
  });

  test("cuts a long text, and says how long it is", () => {
    const shown = "x".repeat(200);
    expect(traceFrontend(frameOf("Q", `${shown}\0`))).toBe(`F Query "${shown}"`);
    expect(traceFrontend(frameOf("Q", `${shown}y\0`))).toBe(`F Query "${shown}"… (201 bytes)`);
  });
});

describe("traceStartupPacket", () => {
  test.each<{ packet: StartupPacket; line: string }>([
    { packet: { type: "SSLRequest" }, line: "F SSLRequest" },
    { packet: { type: "GSSENCRequest" }, line: "F GSSENCRequest" },
    {
      packet: { type: "CancelRequest", processId: 7, secretKey: 4711 },
      line: "F CancelRequest process=7",
    },
    {
      packet: {
        type: "StartupMessage",
        minorVersion: 2,
        parameters: new Map([
          ["user", "admin"],
          ["options", "-c a=b"],
        ]),
        unrecognizedOptions: ["_pq_.x"],
      },
      line: 'F StartupMessage 3.2 user="admin" options="-c a=b" _pq_.x',
    },
  ])("$line", ({ packet, line }) => {
    expect(traceStartupPacket(packet)).toBe(line);
  });
});
