/** What a process that was killed has left half done. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { answers } from "./lock-signs.ts";

/** Drafts of files that are written as a whole. */
const DRAFT = /\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.tmp$/;
/** Sockets of lock owners. */
const SOCKET = /^emulator\.[0-9a-f]{8}\.sock$/;

/** Removes drafts and dead sockets from a directory that this process has claimed; other files stay. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const isLeft = DRAFT.test(name) || (SOCKET.test(name) && (await answers(path)) === false);
    if (isLeft) rmSync(path, { force: true });
  }
}
