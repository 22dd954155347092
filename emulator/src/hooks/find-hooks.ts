/** From a directory to the hooks in it. */
import { readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Hook, HookError } from "./hook.ts";

/** The hooks, in the order in which they run, and what is said about the other files. */
export interface FoundHooks {
  readonly hooks: readonly Hook[];
  readonly notices: readonly string[];
}

const SQL = /^.*?(?:\.(?<cluster>[a-z0-9]{26}))?\.sql$/;
const DECLARATIONS = /\.ya?ml$/;
const MAY_RUN = 0o111;

/**
 * Looks at the files of a directory, in the order of their names. Hidden ones are passed over.
 *
 * @throws HookError when the directory cannot be read
 */
export function findHooks(directory: string): FoundHooks {
  const hooks: Hook[] = [];
  const notices: string[] = [];
  for (const name of namesIn(directory)) {
    const found = hookOf(directory, name);
    if (typeof found === "string") notices.push(`hook \`${name}\` is ignored: ${found}`);
    else hooks.push(found);
  }
  return { hooks, notices };
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith("."))
      .sort((left, right) => (left < right ? -1 : 1));
  } catch (error) {
    const { code = "unknown reason" } = error as { code?: string };
    throw new HookError(`the directory of hooks \`${directory}\` cannot be read (${code})`);
  }
}

/** The hook, or why it is none. */
function hookOf(directory: string, name: string): Hook | string {
  const path = join(directory, name);
  let file: Stats;
  try {
    file = statSync(path);
    if (!isWithin(realpathSync(directory), realpathSync(path)))
      return "it is outside of the directory";
  } catch {
    return "it cannot be read";
  }
  if (!file.isFile()) return "it is no file";
  const sql = SQL.exec(name);
  if (sql !== null) return { name, path, kind: "sql", cluster: sql.groups?.["cluster"] };
  const hook = { name, path, cluster: undefined };
  if (DECLARATIONS.test(name)) return { ...hook, kind: "declarations" };
  if ((file.mode & MAY_RUN) !== 0) return { ...hook, kind: "program" };
  return "it is neither .sql nor .yaml, and not executable";
}

/** Whether a path is somewhere below a directory; both without links. */
function isWithin(directory: string, path: string): boolean {
  for (let above = dirname(path); ; above = dirname(above)) {
    if (above === directory) return true;
    if (above === dirname(above)) return false;
  }
}
