/**
 * Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}` and the escapes `${*}`,
 * `${?}`, `${$}`. What a variable stands for is text, never a wildcard.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import type { ContextKeys } from "./request-context.ts";

/** A piece of a text with variables. `raw` is as written, `literal` came from an escape. */
export type TemplatePart =
  | { readonly kind: "raw"; readonly text: string }
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "variable";
      /** Lower-cased name of the context key. */
      readonly key: string;
      readonly fallback: string | undefined;
    };

const OPENING = "${";
const ESCAPES: readonly string[] = ["*", "?", "$"];
/** The name, then a default in single quotes: `key, 'default'`. */
const VARIABLE = /^\s*([^\s,'{}$](?:[^,'{}$]*[^\s,'{}$])?)\s*(?:,\s*'([^']*)'\s*)?$/;

/** The pieces of a text; `undefined` if a `${` in it is no variable. */
export function parseTemplate(text: string): readonly TemplatePart[] | undefined {
  const parts: TemplatePart[] = [];
  let position = 0;
  while (position < text.length) {
    const opening = text.indexOf(OPENING, position);
    if (opening === -1) break;
    const closing = text.indexOf("}", opening);
    if (closing === -1) return undefined;
    if (opening > position) parts.push({ kind: "raw", text: text.slice(position, opening) });
    const part = parseReference(text.slice(opening + OPENING.length, closing));
    if (part === undefined) return undefined;
    parts.push(part);
    position = closing + 1;
  }
  if (position < text.length) parts.push({ kind: "raw", text: text.slice(position) });
  return parts;
}

function parseReference(inside: string): TemplatePart | undefined {
  if (ESCAPES.includes(inside)) return { kind: "literal", text: inside };
  const match = VARIABLE.exec(inside);
  if (match === null) return undefined;
  return { kind: "variable", key: (match[1] ?? "").toLowerCase(), fallback: match[2] };
}

/**
 * What a variable stands for: its key's value, else its default. `undefined` if there is neither,
 * and for a key with several values, which no variable can take.
 */
export function resolveVariable(
  variable: TemplatePart & { readonly kind: "variable" },
  keys: ContextKeys,
): string | undefined {
  const values = keys.get(variable.key);
  if (values === undefined || values.length === 0) return variable.fallback;
  return values.length === 1 ? values[0] : undefined;
}

/** The text with its variables replaced; `undefined` if one of them stands for nothing. */
export function resolveTemplate(
  parts: readonly TemplatePart[],
  keys: ContextKeys,
): string | undefined {
  let text = "";
  for (const part of parts) {
    const piece = part.kind === "variable" ? resolveVariable(part, keys) : part.text;
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}
