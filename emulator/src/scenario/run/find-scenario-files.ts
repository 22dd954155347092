/** From the arguments of a command to scenario files. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** The files, or the first argument that names nothing. */
export type FoundFiles =
  | { readonly kind: "found"; readonly files: readonly string[] }
  | { readonly kind: "missing"; readonly argument: string };

const IS_YAML = /\.ya?ml$/;

/**
 * Files as given, and of directories all YAML files in and below them, in the order of their names; names and
 * directories that begin with `_` are for includes and left out.
 */
export function findScenarioFiles(args: readonly string[], workingDirectory: string): FoundFiles {
  const files: string[] = [];
  for (const argument of args) {
    const path = resolve(workingDirectory, argument);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: "missing", argument };
    if (stats.isDirectory()) files.push(...filesIn(path));
    else files.push(path);
  }
  return { kind: "found", files: [...new Set(files)] };
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !/^[_.]/.test(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return IS_YAML.test(entry.name) ? [path] : [];
    });
}
