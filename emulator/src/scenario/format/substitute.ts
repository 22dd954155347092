/** `${name}` in the texts of a scenario. */
import { isObject, valueAt } from "./json-value.ts";

/** A name that nothing is known of. */
export class UnknownVariable extends Error {
  override readonly name = "UnknownVariable";

  constructor(variable: string, known: readonly string[]) {
    super(`\`\${${variable}}\` is not known here; known are ${[...known].sort().join(", ")}`);
  }
}

/**
 * Variables of the scenario. Names with a colon, such as `${aws:username}`, are IAM's and stay, as do
 * its `${*}`, `${?}` and `${$}`.
 */
const VARIABLE = /\$\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g;
const ONLY_VARIABLE = new RegExp(`^${VARIABLE.source}$`);

/** Whether it is the text of one variable, so that it may become a value of any type. */
export function isVariable(value: unknown): boolean {
  return typeof value === "string" && ONLY_VARIABLE.test(value);
}

/**
 * The value with its variables filled in, at any depth, but not in keys. A text that is one variable
 * becomes the variable's value, of whatever type; in the midst of a text, values are written as JSON
 * unless they are text.
 *
 * @throws UnknownVariable
 */
export function substitute(value: unknown, variables: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === "string") return substituteText(value, variables);
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, substitute(member, variables)]),
  );
}

function substituteText(text: string, variables: Readonly<Record<string, unknown>>): unknown {
  const find = (name: string): unknown => {
    const found = valueAt(variables, name);
    if (found === undefined) throw new UnknownVariable(name, Object.keys(variables));
    return found;
  };
  const only = ONLY_VARIABLE.exec(text)?.[1];
  if (only !== undefined) return find(only);
  return text.replace(VARIABLE, (_match, name: string) => {
    const found = find(name);
    return typeof found === "string" ? found : JSON.stringify(found);
  });
}
