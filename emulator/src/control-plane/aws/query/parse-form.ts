/**
 * The parameters of a Query request as a tree: `Tags.member.1.Key` is four levels deep.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { readRequestQuery } from "../../../sigv4/index.ts";
import { QueryError } from "./query-error.ts";

/** A parameter, with those whose names go on with `.`. */
export interface FormNode {
  readonly value: string | undefined;
  readonly children: ReadonlyMap<string, FormNode>;
}

/** Limits of a form; both our choice, far beyond every correct request. */
export const FORM_LIMITS = { maxParameters: 2000, maxDepth: 8 } as const;

interface GrowingNode {
  value: string | undefined;
  readonly children: Map<string, GrowingNode>;
}

/**
 * Reads forms, such as a query and a body, as one.
 *
 * @throws QueryError `MalformedQueryString` for broken escapes, a name that comes twice, and more
 *   than the limits allow
 */
export function parseForm(texts: readonly string[]): FormNode {
  const root: GrowingNode = { value: undefined, children: new Map() };
  let count = 0;
  for (const text of texts) {
    const parameters = readRequestQuery(text);
    if (parameters === undefined) throw malformed("an escape cannot be decoded");
    for (const [name, value] of parameters) {
      count += 1;
      if (count > FORM_LIMITS.maxParameters) throw malformed("there are too many parameters");
      put(root, name, value);
    }
  }
  return root;
}

function put(root: GrowingNode, name: string, value: string): void {
  const parts = name.split(".", FORM_LIMITS.maxDepth + 1);
  if (parts.length > FORM_LIMITS.maxDepth) throw malformed("a parameter is nested too deep");
  let node = root;
  for (const part of parts) {
    let child = node.children.get(part);
    if (child === undefined) {
      child = { value: undefined, children: new Map() };
      node.children.set(part, child);
    }
    node = child;
  }
  if (node.value !== undefined) throw malformed("a parameter comes twice");
  node.value = value;
}

function malformed(why: string): QueryError {
  // Chosen: the code is one of the common errors, its text is not published.
  return new QueryError("MalformedQueryString", 404, `The query string is malformed: ${why}.`);
}
