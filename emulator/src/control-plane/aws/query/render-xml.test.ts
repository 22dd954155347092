import { describe, expect, test } from "vitest";
import { escapeXml, renderAnswer, renderError } from "./render-xml.ts";
import {
  BOOLEAN,
  DOCUMENT,
  integer,
  list,
  listIfAny,
  NUMBER_MAP,
  optional,
  required,
  structure,
  text,
  TEXT_MAP,
  TIMESTAMP,
} from "./shape.ts";

const FRAME = { operation: "Do", xmlNamespace: "urn:x", requestId: "id" };
const METADATA = "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>";

describe("an answer as XML", () => {
  test("has its members by their shapes, in the order of the table", () => {
    const output = {
      Text: required(text()),
      Missing: optional(text()),
      Number: required(integer()),
      IsOn: required(BOOLEAN),
      At: required(TIMESTAMP),
      Document: required(DOCUMENT),
      List: required(list(structure({ Key: required(text()) }))),
      Empty: required(list(text())),
      Gone: required(listIfAny(text())),
      Map: required(NUMBER_MAP),
      Texts: required(TEXT_MAP),
    };
    const values = {
      map: { a: 1, b: 2 },
      texts: { "<": "&" },
      gone: [],
      empty: [],
      list: [{ key: "1", other: "x" }, { key: "" }],
      document: `{"a": "b*'()é"}`,
      at: new Date("2026-01-02T03:04:05.678Z"),
      isOn: false,
      number: 0,
      text: "<&>",
      unknown: "x",
    };
    expect(renderAnswer({ ...FRAME, output, values })).toBe(
      `<DoResponse xmlns="urn:x"><DoResult><Text>&lt;&amp;&gt;</Text><Number>0</Number><IsOn>false</IsOn><At>2026-01-02T03:04:05Z</At><Document>%7B%22a%22%3A%20%22b%2A%27%28%29%C3%A9%22%7D</Document><List><member><Key>1</Key></member><member><Key/></member></List><Empty/><Map><entry><key>a</key><value>1</value></entry><entry><key>b</key><value>2</value></entry></Map><Texts><entry><key>&lt;</key><value>&amp;</value></entry></Texts></DoResult>${METADATA}</DoResponse>`,
    );
  });

  test("has a result element for an output without members, and none for no output", () => {
    expect(renderAnswer({ ...FRAME, output: {}, values: {} })).toBe(
      `<DoResponse xmlns="urn:x"><DoResult/>${METADATA}</DoResponse>`,
    );
    expect(renderAnswer({ ...FRAME, output: undefined, values: undefined })).toBe(
      `<DoResponse xmlns="urn:x">${METADATA}</DoResponse>`,
    );
  });

  test.each([
    [400, "Sender"],
    [499, "Sender"],
    [500, "Receiver"],
  ])("of an error with status %d says whose fault it is", (httpStatus, type) => {
    const error = { xmlNamespace: "urn:x", requestId: "id", code: "Code", httpStatus };
    expect(renderError({ ...error, message: "a < b" })).toBe(
      `<ErrorResponse xmlns="urn:x"><Error><Type>${type}</Type><Code>Code</Code><Message>a &lt; b</Message></Error><RequestId>id</RequestId></ErrorResponse>`,
    );
  });

  test("carries no character that XML cannot", () => {
    expect(escapeXml("a\u0000\u0008\u000b\u001f\ufffe\uffffb\t\n\r\"'")).toBe(
      "a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdb\t\n&#xD;&quot;'",
    );
  });
});
