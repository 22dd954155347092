/** Reads the XML of awsQuery's answers: elements and text, nothing else. */

import { scalarText } from "../format/json-value.ts";

/** The value of an element: its text, a list of its `member` elements, or a mapping of its children. */
export type XmlValue = string | readonly XmlValue[] | { readonly [name: string]: XmlValue };

const TOKEN = /<\?[^>]*\?>|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;

interface OpenElement {
  readonly name: string;
  readonly children: (readonly [string, XmlValue])[];
  text: string;
}

/**
 * The document's root element as a mapping with one key. An element without children is its text; an empty
 * one is an empty text, also where a list has no members.
 *
 * @throws Error when elements are not closed as they were opened
 */
export function readXml(xml: string): XmlValue {
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  for (const [, end, name, empty, text] of xml.matchAll(TOKEN)) {
    const current = open.at(-1) ?? root;
    if (text !== undefined) current.text += unescape(text);
    else if (name !== undefined && end === "/") {
      if (open.length < 2 || current.name !== name) throw new Error(`</${name}> closes nothing`);
      open.pop();
      open.at(-1)?.children.push([name, valueOf(current)]);
    } else if (name !== undefined) {
      if (empty === "/") current.children.push([name, ""]);
      else open.push({ name, children: [], text: "" });
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name ?? ""}> is not closed`);
  return valueOf(root);
}

function valueOf({ children, text }: OpenElement): XmlValue {
  if (children.length === 0) return text;
  if (children.every(([name]) => name === "member")) return children.map(([, value]) => value);
  if (children.every(([name]) => name === "entry")) {
    return Object.fromEntries(
      children.map(([, entry]) => [scalarText(part(entry, "key")), part(entry, "value")]),
    );
  }
  return Object.fromEntries(children);
}

function part(value: XmlValue, name: string): XmlValue {
  return typeof value === "object" && !Array.isArray(value)
    ? ((value as Readonly<Record<string, XmlValue>>)[name] ?? "")
    : "";
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function unescape(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name ?? ""] ?? entity;
    },
  );
}
