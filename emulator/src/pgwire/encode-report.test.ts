import { expect, test } from "vitest";
import { errorResponse, noticeResponse } from "./encode-report.ts";

function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

test("an error with severity, SQLSTATE and message has no other field", () => {
  expect(shown(errorResponse({ severity: "FATAL", sqlState: "08P01", message: "no" }))).toBe(
    "E\0\0\0\x1eSFATAL\0VFATAL\0C08P01\0Mno\0\0",
  );
});

test("all fields come in PostgreSQL's order", () => {
  const bytes = errorResponse({
    severity: "ERROR",
    sqlState: "42601",
    message: "m",
    position: 15,
    hint: "h",
    detail: "d1\nd2",
  });
  expect(shown(bytes)).toBe("E\0\0\0\x2bSERROR\0VERROR\0C42601\0Mm\0Dd1\nd2\0Hh\0P15\0\0");
});

test("fields that are undefined are left out, empty ones are not", () => {
  const bytes = errorResponse({
    severity: "PANIC",
    sqlState: "XX000",
    message: "",
    detail: undefined,
    hint: "",
    position: undefined,
  });
  expect(shown(bytes)).toBe("E\0\0\0\x1eSPANIC\0VPANIC\0CXX000\0M\0H\0\0");
});

test("a notice has the same fields under another type", () => {
  expect(shown(noticeResponse({ severity: "WARNING", sqlState: "01000", message: "w" }))).toBe(
    "N\0\0\0\x21SWARNING\0VWARNING\0C01000\0Mw\0\0",
  );
});

test("a NUL in a text starts no field of its own", () => {
  const message = 'role "a\0C00000\0" does not exist';
  const bytes = errorResponse({ severity: "FATAL", sqlState: "28000", message });
  const fields = shown(bytes).slice(5).split("\0");
  expect(fields).toEqual([
    "SFATAL",
    "VFATAL",
    "C28000",
    'Mrole "a\xef\xbf\xbdC00000\xef\xbf\xbd" does not exist',
    "",
    "",
  ]);
});
