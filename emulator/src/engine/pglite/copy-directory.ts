/** Copies of database directories. */

import { constants, copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies a directory to one that is not there yet; what is left of an earlier attempt is removed. Files
 * share their blocks where the file system can do that.
 *
 * @throws Error of the file system; `to` is then not there
 */
export function copyDirectory(from: string, to: string): void {
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  copyMembers(from, partial);
  renameSync(partial, to);
}

function copyMembers(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const member of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, member.name), join(to, member.name)];
    if (member.isDirectory()) copyMembers(source, target);
    else if (member.isFile()) copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}
