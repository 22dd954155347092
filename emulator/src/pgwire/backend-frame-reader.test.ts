import { describe, expect, test } from "vitest";
import { BackendFrameReader, transactionStatusOf } from "./backend-frame-reader.ts";
import { commandComplete, concatMessages, readyForQuery } from "./encode-backend-message.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const complete = commandComplete("SELECT 1");
const ready = readyForQuery("in-transaction");

describe("BackendFrameReader", () => {
  test("gives the same messages for every place where two chunks meet", () => {
    const stream = concatMessages([complete, ready]);
    for (let split = 0; split <= stream.length; split++) {
      const reader = new BackendFrameReader();
      const frames = [
        ...reader.push(stream.subarray(0, split)),
        ...reader.push(stream.subarray(split)),
      ];
      expect(frames).toEqual([
        { type: 0x43, bytes: complete },
        { type: 0x5a, bytes: ready },
      ]);
      expect(reader.bufferedBytes).toBe(0);
    }
  });

  test("keeps for the next chunk what nobody has looked at", () => {
    const reader = new BackendFrameReader();
    reader.push(complete);
    expect([...reader.push(ready)].map(({ type }) => type)).toEqual([0x43, 0x5a]);
  });

  test.each([
    {
      name: "an unknown type",
      bytes: [0x7a, 0, 0, 0, 4],
      expected: "invalid backend message type 122",
    },
    { name: "a length of 3", bytes: [0x5a, 0, 0, 0, 3], expected: "invalid message length" },
    { name: "a negative length", bytes: [0x5a, 255, 0, 0, 3], expected: "invalid message length" },
  ])("gives the messages before $name, then throws", ({ bytes, expected }) => {
    const types: number[] = [];
    const read = (): void => {
      const chunk = Uint8Array.from([...ready, ...bytes]);
      for (const { type } of new BackendFrameReader().push(chunk)) types.push(type);
    };
    expect(read).toThrow(new ProtocolViolation(expected));
    expect(types).toEqual([0x5a]);
  });
});

describe("transactionStatusOf", () => {
  test.each(["idle", "in-transaction", "failed"] as const)("reads %s", (status) => {
    expect(transactionStatusOf({ type: 0x5a, bytes: readyForQuery(status) })).toBe(status);
  });

  test.each([
    { name: "another message", bytes: complete },
    { name: "an unknown status", bytes: Uint8Array.of(0x5a, 0, 0, 0, 5, 0x58) },
    { name: "a ReadyForQuery without status", bytes: Uint8Array.of(0x5a, 0, 0, 0, 4) },
  ])("is undefined for $name", ({ bytes }) => {
    expect(transactionStatusOf({ type: bytes[0] ?? 0, bytes })).toBeUndefined();
  });
});
