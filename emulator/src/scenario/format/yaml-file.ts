/** From the text of a YAML file to its value, with the place of everything in it. */
import {
  type Document,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { firstTooDeep, MAX_YAML_DEPTH } from "../../config/index.ts";

/** Where something stands; both counted from 1. */
export interface Place {
  /** As it was named, for messages. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the top of a file. */
export type ValuePath = readonly (string | number)[];

/** One thing that is wrong with a file, and where. */
export interface FileProblem {
  readonly place: Place;
  readonly message: string;
}

/** A file that could be read. */
export interface YamlFile {
  readonly kind: "read";
  readonly file: string;
  readonly value: unknown;
  /** The place of a value, or of the nearest one above that stands in the text. */
  readonly placeOf: (path: ValuePath) => Place;
}

/** The file, or all that is wrong with its syntax. */
export type ParsedYaml =
  YamlFile | { readonly kind: "malformed"; readonly problems: readonly FileProblem[] };

/** How often aliases may repeat their anchors' content, nested ones multiplied. Our choice. */
const MAX_ALIAS_COUNT = 1000;

/** `file:line:column`, as editors and terminals follow it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/**
 * Parses one document. Never throws.
 *
 * @param file as it is to be named in places
 */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const tooDeep = firstTooDeep(text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split("\n");
    const place = { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const message = `is nested deeper than ${MAX_YAML_DEPTH} levels`;
    return { kind: "malformed", problems: [{ place, message }] };
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2" });
  const problems: FileProblem[] = [...document.errors, ...document.warnings].map((found) => ({
    place: placeAt(found.pos[0]),
    message: found.message,
  }));
  if (problems.length === 0) reportStructure(document, placeAt, problems);
  if (problems.length > 0) return { kind: "malformed", problems };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    return { kind: "read", file, value, placeOf: (path) => placeAt(offsetAt(document, path)) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const message = `repeats anchors more than ${MAX_ALIAS_COUNT} times in all`;
    return { kind: "malformed", problems: [{ place: placeAt(0), message }] };
  }
}

function reportStructure(
  document: Document,
  placeAt: (offset: number) => Place,
  problems: FileProblem[],
): void {
  const report = (node: Node, message: string): void => {
    problems.push({ place: placeAt(node.range?.[0] ?? 0), message });
  };
  visit(document, {
    Map: (_key, { items }) => {
      for (const { key } of items) {
        if (isNode(key) && !isNameOrNumber(key))
          report(key, "is a key that is neither text nor a number");
      }
    },
    Alias: (_key, node, path) => {
      const anchored = node.resolve(document);
      if (anchored === undefined) report(node, "is an alias without an anchor before it");
      else if (path.includes(anchored)) report(node, "is an alias of what it stands in");
    },
  });
}

function isNameOrNumber(key: Node): boolean {
  return isScalar(key) && (typeof key.value === "string" || typeof key.value === "number");
}

function offsetAt(document: Document, path: ValuePath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
