/**
 * Answers of Query APIs as XML.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { uriEncode } from "../../../sigv4/index.ts";
import { memberName, type Members, type Shape } from "./shape.ts";

/** An answer that is no error. */
export interface QueryAnswer {
  readonly operation: string;
  readonly xmlNamespace: string;
  readonly requestId: string;
  /** Of the answer; an operation without output has no result element. */
  readonly output: Members | undefined;
  /** The values of `output`. */
  readonly values: unknown;
}

/** The document of a success. */
export function renderAnswer(answer: QueryAnswer): string {
  const { operation, xmlNamespace, requestId, output, values } = answer;
  const result =
    output === undefined ? "" : element(`${operation}Result`, renderMembers(output, values));
  const metadata = element("ResponseMetadata", element("RequestId", escapeXml(requestId)));
  return `<${operation}Response xmlns="${xmlNamespace}">${result}${metadata}</${operation}Response>`;
}

/** What an error document says. */
export interface QueryErrorAnswer {
  readonly xmlNamespace: string;
  readonly requestId: string;
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number;
}

/** The document of an error. */
export function renderError(answer: QueryErrorAnswer): string {
  const { xmlNamespace, requestId, code, message, httpStatus } = answer;
  const error =
    element("Type", httpStatus < 500 ? "Sender" : "Receiver") +
    element("Code", escapeXml(code)) +
    element("Message", escapeXml(message));
  return `<ErrorResponse xmlns="${xmlNamespace}">${element("Error", error)}${element("RequestId", escapeXml(requestId))}</ErrorResponse>`;
}

function renderMembers(members: Members, values: unknown): string {
  const record = values as Readonly<Record<string, unknown>>;
  return Object.entries(members)
    .map(([wireName, { shape }]) => {
      const value = record[memberName(wireName)];
      if (value === undefined || isOmitted(shape, value)) return "";
      return element(wireName, renderValue(shape, value));
    })
    .join("");
}

function isOmitted(shape: Shape, value: unknown): boolean {
  return shape.kind === "list" && shape.isOmittedEmpty && (value as unknown[]).length === 0;
}

function renderValue(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "structure":
      return renderMembers(shape.members, value);
    case "list":
      return (value as readonly unknown[])
        .map((item) => element("member", renderValue(shape.item, item)))
        .join("");
    case "number-map":
    case "text-map":
      return Object.entries(value as Readonly<Record<string, number | string>>)
        .map(([key, item]) => {
          const content = element("value", escapeXml(String(item)));
          return element("entry", element("key", escapeXml(key)) + content);
        })
        .join("");
    case "timestamp":
      return (value as Date).toISOString().replace(/\.\d{3}Z$/, "Z");
    case "document":
      return uriEncode(value as string);
    case "text":
    case "integer":
    case "boolean":
      return escapeXml(String(value));
  }
}

function element(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** Text of an element. Characters that XML 1.0 cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
