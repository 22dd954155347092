import { describe, expect, test } from "vitest";
import { commandComplete, concatMessages, dataRow, readyForQuery } from "../pgwire/index.ts";
import { AnswerBoundary } from "./answer-boundary.ts";

const MESSAGES = [
  dataRow(["x".repeat(300), null]),
  Buffer.from([0x31, 0, 0, 0, 4]),
  commandComplete("SELECT 1"),
  readyForQuery("idle"),
];
const ANSWER = concatMessages(MESSAGES);
/** Numbers of bytes after which a message is complete. */
const ENDS = MESSAGES.map((_, index) => concatMessages(MESSAGES.slice(0, index + 1)).length);

describe("the boundary of an answer", () => {
  test("is there before anything has come", () => {
    expect(new AnswerBoundary().isBetweenMessages).toBe(true);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 64, 1000])("is found in pieces of %i bytes", (pieceBytes) => {
    const boundary = new AnswerBoundary();
    for (let start = 0; start < ANSWER.length; start += pieceBytes) {
      const end = Math.min(start + pieceBytes, ANSWER.length);
      boundary.push(ANSWER.subarray(start, end));
      expect(boundary.isBetweenMessages).toBe(ENDS.includes(end));
    }
  });
});
