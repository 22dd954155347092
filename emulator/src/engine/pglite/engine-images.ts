/**
 * Images of a running in-memory engine: of its linear memory and its files, taken and put back between
 * two calls. To PostgreSQL it is as if nothing had happened since, so it need not be started anew.
 *
 * What else an engine has stays as it is at its start: the stack is empty between the calls, and
 * functions only ever get added to the table of functions. The one exception is a library that is loaded
 * later; then the image does not fit any more.
 */

import { copyFiles, type FileImage } from "./file-image.ts";
import { fileSystemOf } from "./file-system.ts";
import { copyMemory, type MemoryImage } from "./memory-image.ts";

/** What images are taken of. */
export interface EngineImagesParts {
  /** PGlite's compiled PostgreSQL. */
  readonly module: object;
  /** The engine's memory, as long as it is now. */
  readonly memory: () => SharedArrayBuffer;
  /** How many WebAssembly modules this thread has compiled. */
  readonly modulesCompiled: () => number;
}

interface EngineImage {
  readonly memory: MemoryImage;
  readonly files: FileImage;
  readonly stackPointer: number;
  readonly modulesCompiled: number;
}

/** A saved image. */
export interface SavedEngineImage {
  /** The database's files as a tar. */
  readonly archive: Uint8Array<SharedArrayBuffer>;
  /** What the image takes, the archive included. */
  readonly bytes: number;
}

/** The images of one engine, by number. */
export interface EngineImages {
  /** Takes an image; one with this number is replaced. */
  save(imageNumber: number): SavedEngineImage;
  /**
   * Puts an image back; it can be put back again later.
   *
   * @throws Error when there is none, or it does not fit any more; nothing is changed then
   */
  restore(imageNumber: number): void;
  drop(imageNumber: number): void;
}

interface StackModule {
  stackSave(): number;
}

/** The keeper of the images; there are none yet. */
export function createEngineImages(parts: EngineImagesParts): EngineImages {
  const fileSystem = fileSystemOf(parts.module);
  const stackPointer = (): number => (parts.module as StackModule).stackSave();
  const images = new Map<number, EngineImage>();
  return {
    save: (imageNumber) => {
      const image = {
        memory: copyMemory(parts.memory()),
        files: copyFiles(fileSystem),
        stackPointer: stackPointer(),
        modulesCompiled: parts.modulesCompiled(),
      };
      images.set(imageNumber, image);
      const { archive } = image.files;
      return { archive, bytes: image.memory.bytes + archive.length };
    },
    restore: (imageNumber) => {
      const image = images.get(imageNumber);
      if (image === undefined) throw new Error("the engine has no such image");
      if (image.stackPointer !== stackPointer()) throw new Error("the engine's stack is in use");
      if (image.modulesCompiled !== parts.modulesCompiled()) {
        throw new Error("the engine has loaded a library since the image was taken");
      }
      image.memory.restore(parts.memory());
      image.files.restore();
    },
    drop: (imageNumber) => images.delete(imageNumber),
  };
}
