/**
 * From the text of a YAML or JSON file to a JSON value. JSON is YAML 1.2, so that one parser reads both
 * and finds duplicate keys in both.
 */
import {
  type Document,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { ConfigurationProblem } from "./configuration-error.ts";
import { yamlErrorText } from "./yaml-error-text.ts";
import { firstTooDeep, MAX_YAML_DEPTH } from "./yaml-depth.ts";

/** How often aliases may repeat their anchors' content, nested ones multiplied. Our choice. */
const MAX_ALIAS_COUNT = 200;

/** The file's value, or everything that is wrong with its syntax. */
export type ParsedConfigText =
  | { readonly kind: "parsed"; readonly value: unknown }
  | { readonly kind: "malformed"; readonly problems: readonly ConfigurationProblem[] };

/**
 * Parses one document. Never throws, and no message repeats text of the file.
 *
 * @param file as it is to be named in problems
 */
export function parseConfigText(text: string, file: string): ParsedConfigText {
  const problems: ConfigurationProblem[] = [];
  const lines = new LineCounter();
  const report = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ path: `${file}:${line}:${col}`, message });
  };
  const tooDeep = firstTooDeep(text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split("\n");
    const path = `${file}:${before.length}:${(before.at(-1) ?? "").length + 1}`;
    const message = `is nested deeper than ${MAX_YAML_DEPTH} levels`;
    return { kind: "malformed", problems: [{ path, message }] };
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Checked below: keys become strings, so `1` and `"1"` are the same.
    uniqueKeys: false,
    version: "1.2",
  });
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    report(pos[0], yamlErrorText(code));
  }
  if (problems.length === 0) reportStructure(document, report);
  if (problems.length > 0) return { kind: "malformed", problems };
  try {
    return { kind: "parsed", value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as unknown };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const message = `repeats anchors more than ${MAX_ALIAS_COUNT} times in all`;
    return { kind: "malformed", problems: [{ path: file, message }] };
  }
}

function reportStructure(
  document: Document,
  report: (offset: number, message: string) => void,
): void {
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isNode(key)) continue;
        const name = keyName(key);
        if (name === undefined) report(offsetOf(key), "is a key that is neither text nor a number");
        else if (seen.has(name)) report(offsetOf(key), "the key stands twice in its mapping");
        else seen.add(name);
      }
    },
    Alias: (_key, node, path) => {
      const anchored = node.resolve(document);
      if (anchored === undefined) report(offsetOf(node), "is an alias without an anchor before it");
      else if (path.includes(anchored)) report(offsetOf(node), "is an alias of what it stands in");
    },
  });
}

function keyName(key: Node): string | undefined {
  const value: unknown = isScalar(key) ? key.value : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
