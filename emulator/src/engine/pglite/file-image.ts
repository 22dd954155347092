/**
 * A copy of the in-memory file system of the engine: the database's files with their bytes, everything
 * else by reference, since nothing writes to it; the table of names; and the open files, whose
 * descriptors PostgreSQL has in its memory.
 */

import {
  bytesOf,
  type FileNode,
  type FileStream,
  type FileSystem,
  membersOf,
} from "./file-system.ts";
import { packTar, type TarEntry, unpackTar } from "./tar-archive.ts";

/** Where PGlite has the database. */
const DATABASE_PATH = ["pglite", "data"];

/** The file system at one moment. */
export interface FileImage {
  /** The database's files as a tar, in shared memory; the image itself is made of it. */
  readonly archive: Uint8Array<SharedArrayBuffer>;
  /** Makes the file system what it was. */
  restore(): void;
}

interface KeptNode {
  readonly node: FileNode;
  readonly parent: FileNode | undefined;
  readonly name: string;
  readonly mode: number;
  readonly times: readonly [atime: number, mtime: number, ctime: number];
  readonly members: Readonly<Record<string, FileNode>> | undefined;
  readonly bytes: Uint8Array | undefined;
}

interface KeptStream {
  readonly stream: FileStream;
  readonly flags: number;
  readonly position: number;
}

/** Copies the file system; nothing may run in it meanwhile. */
export function copyFiles(fileSystem: FileSystem): FileImage {
  const database = DATABASE_PATH.reduce((node, name) => {
    const member = membersOf(node)?.[name];
    if (member === undefined) throw new Error("the database's files are not where they should be");
    return member;
  }, fileSystem.root);
  const { archive, bytesOfFiles } = archiveOf(database);
  const nodes = [...nodesOf(fileSystem)].map((node): KeptNode => {
    const { parent, name, mode, atime, mtime, ctime } = node;
    const members = membersOf(node);
    return {
      node,
      parent,
      name,
      mode,
      times: [atime, mtime, ctime],
      members: members && { ...members },
      // An open file without a name is not in the archive.
      bytes:
        bytesOfFiles.get(node) ?? (isBelow(node, database) ? bytesOf(node)?.slice() : undefined),
    };
  });
  const chains = Array.from(fileSystem.nameTable, chainOf);
  const streams = Array.from(fileSystem.streams, (stream): KeptStream | undefined =>
    stream === null || stream === undefined
      ? undefined
      : { stream, flags: stream.flags, position: stream.position },
  );
  const { currentPath } = fileSystem;
  return {
    archive,
    restore: () => {
      for (const kept of nodes) restoreNode(kept);
      for (const [index, chain] of chains.entries()) restoreChain(fileSystem, index, chain);
      fileSystem.streams.length = streams.length;
      for (const [descriptor, kept] of streams.entries()) {
        fileSystem.streams[descriptor] =
          kept === undefined ? null : restoreStream(kept, descriptor);
      }
      fileSystem.currentPath = currentPath;
    },
  };
}

/** The files of the database; their bytes are views of the archive. */
function archiveOf(database: FileNode): {
  readonly archive: Uint8Array<SharedArrayBuffer>;
  readonly bytesOfFiles: ReadonlyMap<FileNode, Uint8Array>;
} {
  const entries: (TarEntry & { readonly node: FileNode })[] = [];
  const collect = (directory: FileNode, path: string): void => {
    for (const [name, node] of Object.entries(membersOf(directory) ?? {})) {
      entries.push({ name: `${path}${name}`, data: bytesOf(node), node });
      collect(node, `${path}${name}/`);
    }
  };
  collect(database, "");
  const packed = packTar(entries);
  const archive = new Uint8Array(new SharedArrayBuffer(packed.length));
  archive.set(packed);
  const bytesOfFiles = new Map<FileNode, Uint8Array>();
  for (const [index, { data }] of [...unpackTar(archive)].entries()) {
    const node = entries[index]?.node;
    if (node !== undefined && data !== undefined) bytesOfFiles.set(node, data);
  }
  return { archive, bytesOfFiles };
}

/** All nodes with a name, and those that are open without one. */
function nodesOf({ root, streams }: FileSystem): ReadonlySet<FileNode> {
  const nodes = new Set<FileNode>();
  const visit = (node: FileNode): void => {
    if (nodes.has(node)) return;
    nodes.add(node);
    // What is mounted on a directory makes its own nodes.
    if (node.mounted === null || node.mounted === undefined || node === root) {
      for (const member of Object.values(membersOf(node) ?? {})) visit(member);
    }
  };
  visit(root);
  for (const stream of streams) {
    // Pipes have nodes that are in no directory.
    if (stream?.node?.contents !== undefined) visit(stream.node);
  }
  return nodes;
}

function isBelow(node: FileNode, directory: FileNode): boolean {
  for (let place: FileNode | undefined = node; place !== undefined; place = place.parent) {
    if (place === directory) return true;
    if (place === place.parent) break;
  }
  return false;
}

function restoreNode({ node, parent, name, mode, times, members, bytes }: KeptNode): void {
  node.parent = parent;
  node.name = name;
  node.mode = mode;
  [node.atime, node.mtime, node.ctime] = times;
  if (members !== undefined) node.contents = { ...members };
  if (bytes === undefined || isSame(bytes, bytesOf(node))) return;
  // Of its own, since PostgreSQL goes on writing to it.
  node.contents = Uint8Array.from(bytes);
  node.usedBytes = bytes.length;
}

function isSame(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right?.length === left.length && Buffer.compare(left, right) === 0;
}

function chainOf(first: FileNode | undefined): readonly FileNode[] {
  const chain: FileNode[] = [];
  for (let node = first; node !== undefined; node = node.name_next) chain.push(node);
  return chain;
}

function restoreChain({ nameTable }: FileSystem, index: number, chain: readonly FileNode[]): void {
  nameTable[index] = chain[0];
  for (const [place, node] of chain.entries()) node.name_next = chain[place + 1];
}

function restoreStream({ stream, flags, position }: KeptStream, descriptor: number): FileStream {
  stream.fd = descriptor;
  stream.flags = flags;
  stream.position = position;
  return stream;
}
