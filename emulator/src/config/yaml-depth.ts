/** How deep the text of a YAML file is nested, found before anything recurses into it. */
import { type CST, Parser } from "yaml";

/** Deepest nesting of lists and mappings in files. Our choice; a policy in a configuration needs about 16. */
export const MAX_YAML_DEPTH = 64;

/**
 * Offset of the first token that is nested too deep. The parser of trees recurses, the parser of tokens does
 * not: depth is measured on tokens.
 */
export function firstTooDeep(text: string): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) open.push({ token, depth: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_YAML_DEPTH) return token.offset;
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}
