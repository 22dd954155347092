/** Environment changes as the text that a shell or a tool reads. */

/** The forms that `dsql-emulator env` can write. */
export const SHELLS = ["sh", "fish", "powershell", "dotenv", "json"] as const;

/** One of the forms that `dsql-emulator env` can write. */
export type Shell = (typeof SHELLS)[number];

/** Variable to value, in the order of the text; `null` removes the variable. */
export type EnvironmentChanges = Readonly<Record<string, string | null>>;

/** A value that the form has no way to write. */
export class UnwritableValue extends Error {
  override readonly name = "UnwritableValue";
}

/**
 * The changes as text of that form, each line with its newline. Values come back exactly.
 *
 * @throws UnwritableValue only for `dotenv`, whose quotes cannot be escaped
 */
export function shellText(shell: Shell, changes: EnvironmentChanges): string {
  if (shell === "json") return `${JSON.stringify(changes, undefined, 2)}\n`;
  return Object.entries(changes)
    .map(([name, value]) => `${LINE[shell](name, value)}\n`)
    .join("");
}

const LINE: Readonly<
  Record<Exclude<Shell, "json">, (name: string, value: string | null) => string>
> = {
  sh: (name, value) => (value === null ? `unset ${name}` : `export ${name}=${shQuote(value)}`),
  fish: (name, value) =>
    value === null ? `set -e ${name}` : `set -gx ${name} ${fishQuote(value)}`,
  powershell: (name, value) =>
    value === null
      ? `Remove-Item Env:${name} -ErrorAction SilentlyContinue`
      : `$env:${name} = ${powershellQuote(value)}`,
  dotenv: (name, value) =>
    value === null ? `# ${name} must not be set` : `${name}=${dotenvQuote(name, value)}`,
};

function shQuote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function fishQuote(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/**
 * PowerShell takes the typographic quotes for single quotes too.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
function powershellQuote(value: string): string {
  return `'${value.replaceAll(/['\u2018\u2019\u201A\u201B]/g, (quote) => quote + quote)}'`;
}

/**
 * No quote can be escaped in a way that all readers of these files share, so one is taken that is
 * not in the value; double quotes last, because there `$` and `\` may have a meaning.
 */
function dotenvQuote(name: string, value: string): string {
  if (/^[\w.:/@%+,-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  if (!/["$\\]/.test(value)) return `"${value}"`;
  if (!value.includes("`")) return `\`${value}\``;
  throw new UnwritableValue(`the value of ${name} has every kind of quote`);
}
