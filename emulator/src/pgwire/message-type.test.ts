import { describe, expect, test } from "vitest";
import { BACKEND_TYPE, backendTypeName, FRONTEND_TYPE, frontendTypeName } from "./message-type.ts";

// The letters of the "Message Formats" page.
const FRONTEND_LETTERS =
  "Bind B Close C CopyData d CopyDone c CopyFail f Describe D Execute E Flush H FunctionCall F Parse P PasswordMessage p Query Q Sync S Terminate X";
const BACKEND_LETTERS =
  "Authentication R BackendKeyData K BindComplete 2 CloseComplete 3 CommandComplete C CopyBothResponse W CopyData d CopyDone c CopyInResponse G CopyOutResponse H DataRow D EmptyQueryResponse I ErrorResponse E FunctionCallResponse V NegotiateProtocolVersion v NoData n NoticeResponse N NotificationResponse A ParameterDescription t ParameterStatus S ParseComplete 1 PortalSuspended s ReadyForQuery Z RowDescription T";

describe.each([
  { side: "frontend", table: FRONTEND_TYPE, letters: FRONTEND_LETTERS, nameOf: frontendTypeName },
  { side: "backend", table: BACKEND_TYPE, letters: BACKEND_LETTERS, nameOf: backendTypeName },
])("types of $side messages", ({ table, letters, nameOf }) => {
  test("are the letters of the specification", () => {
    const words = Object.entries(table).map(([name, type]) => [name, String.fromCharCode(type)]);
    expect(words.flat().join(" ")).toBe(letters);
  });

  test("lead back to their names, and other bytes to none", () => {
    const types = Array.from({ length: 256 }, (_, type) => type);
    const found = types.map((type) => [nameOf(type), type]).filter(([name]) => name !== undefined);
    expect(Object.fromEntries(found)).toEqual(table);
  });
});
