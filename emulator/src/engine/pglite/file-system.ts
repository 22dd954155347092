/** The part of Emscripten's file system that images of it are made from. */

import { InvariantViolation } from "../../shared/index.ts";

/** A file, directory, link or device. */
export interface FileNode {
  name: string;
  /** The root is its own; a pipe has none. */
  parent: FileNode | undefined;
  mode: number;
  atime: number;
  mtime: number;
  ctime: number;
  /** Of a directory, its members by name; of a file, its bytes, and more than it has. */
  contents?: Record<string, FileNode> | Uint8Array | Int8Array;
  /** Of a file, how many bytes it has. */
  usedBytes?: number;
  /** Of a directory, the file system that is mounted on it. */
  readonly mounted?: object | null;
  /** The next one in its chain of the name table. */
  name_next?: FileNode | undefined;
}

/** An open file. */
export interface FileStream {
  /** Its descriptor; `null` when it has been closed. */
  fd: number | null;
  flags: number;
  position: number;
  readonly node?: FileNode | undefined;
}

/** Emscripten's `FS`. */
export interface FileSystem {
  readonly root: FileNode;
  /** Chains of nodes by a hash of their name, by which paths are looked up. */
  readonly nameTable: (FileNode | undefined)[];
  /** By file descriptor. */
  readonly streams: (FileStream | null | undefined)[];
  currentPath: string;
}

const MEMBERS = ["root", "nameTable", "streams", "currentPath"] as const;

/**
 * The file system of a compiled PostgreSQL.
 *
 * @throws InvariantViolation for a build of PGlite that this code was not written for
 */
export function fileSystemOf(module: object): FileSystem {
  const fileSystem = (module as { readonly FS?: Partial<FileSystem> }).FS ?? {};
  const missing = MEMBERS.filter((name) => fileSystem[name] === undefined);
  if (missing.length > 0) {
    throw new InvariantViolation(`the files of this build of PGlite have no ${missing.join(", ")}`);
  }
  return fileSystem as FileSystem;
}

/** The members of a directory; `undefined` of everything else. */
export function membersOf({ contents }: FileNode): Readonly<Record<string, FileNode>> | undefined {
  return contents === undefined || ArrayBuffer.isView(contents) ? undefined : contents;
}

/** A view of the bytes of a file; `undefined` of everything else. */
export function bytesOf({ contents, usedBytes }: FileNode): Uint8Array | undefined {
  if (!ArrayBuffer.isView(contents)) return undefined;
  return new Uint8Array(contents.buffer, contents.byteOffset, usedBytes);
}
