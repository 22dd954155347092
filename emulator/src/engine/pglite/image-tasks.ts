/** What the worker thread does with the whole database: images in memory, copies of its directory. */

import type { Backend } from "./backend.ts";
import { copyDirectory } from "./copy-directory.ts";
import { createEngineImages, type EngineImages } from "./engine-images.ts";
import type { ImageTask } from "./engine-process.ts";
import type { SessionMemory } from "./session-memory.ts";

/** The libraries of PostgreSQL that SQL can make it load; all are loaded before there is an image. */
const LIBRARIES = ["plpgsql", "dict_snowball"] as const;
/** What sessions may have left in a backend, of those that were open when an image was taken. */
const SESSION_REST = ["DEALLOCATE ALL", "CLOSE ALL", "UNLISTEN *"] as const;

/** What the tasks work with. */
export interface ImageTasksParts {
  readonly backend: Backend;
  /** `undefined` of an engine in memory. */
  readonly dataDirectory: string | undefined;
  readonly memory: () => SharedArrayBuffer;
  readonly modulesCompiled: () => number;
  readonly sessionMemory: SessionMemory;
}

/** Does the tasks. */
export interface ImageTasks {
  /**
   * Does one; the backend is the superuser, and no transaction is open unless an image is put back.
   *
   * @returns why it was not done
   */
  run(task: ImageTask): string | undefined;
  /** The archive of the image that was saved by the last task, once. */
  takeArchive(): Uint8Array<SharedArrayBuffer> | undefined;
  /** What the image that was saved last takes in memory. */
  lastImageBytes(): number | undefined;
}

/** Makes the tasks of an engine. */
export function createImageTasks(parts: ImageTasksParts): ImageTasks {
  const { backend, dataDirectory, sessionMemory } = parts;
  let images: EngineImages | undefined;
  let archive: Uint8Array<SharedArrayBuffer> | undefined;
  let lastImageBytes: number | undefined;
  const sessions = new Map<number, () => void>();

  function save(imageNumber: number): void {
    if (dataDirectory !== undefined) throw new Error("an engine in a directory has no images");
    for (const library of LIBRARIES) backend.command(`LOAD '${library}'`);
    // So that an engine that starts from the files has nothing to recover.
    backend.command("CHECKPOINT");
    sessions.set(imageNumber, sessionMemory.copy());
    images ??= createEngineImages({ ...parts, module: backend.module });
    const saved = images.save(imageNumber);
    archive = saved.archive;
    lastImageBytes = saved.bytes;
  }

  function restore(imageNumber: number): void {
    if (images === undefined) throw new Error("the engine has no images");
    images.restore(imageNumber);
    sessions.get(imageNumber)?.();
    for (const statement of SESSION_REST) backend.command(statement);
  }

  function copyFiles(to: string): void {
    if (dataDirectory === undefined) throw new Error("an engine in memory has no directory");
    backend.command("CHECKPOINT");
    copyDirectory(dataDirectory, to);
  }

  function run(task: ImageTask): void {
    switch (task.kind) {
      case "save":
        save(task.imageNumber);
        return;
      case "restore":
        restore(task.imageNumber);
        return;
      case "drop":
        images?.drop(task.imageNumber);
        sessions.delete(task.imageNumber);
        return;
      case "copy-files":
        copyFiles(task.to);
    }
  }

  return {
    run: (task) => {
      try {
        run(task);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    takeArchive: () => {
      const taken = archive;
      archive = undefined;
      return taken;
    },
    lastImageBytes: () => lastImageBytes,
  };
}
