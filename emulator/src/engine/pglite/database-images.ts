/**
 * Images of a database in memory, and how the engine is brought back to one: on the same process in
 * milliseconds; on a new one, which starts from the image's files, when the process is not the one that
 * has the image in its memory, or cannot put it back.
 */

import type { EngineProcess, ImageTask } from "./engine-process.ts";
import { imageCall, imageProblem } from "./image-call.ts";

/** A database at one moment. It outlives the engine that it was taken of. */
export interface DatabaseImage {
  /** The database's files, as an uncompressed tar. */
  readonly archive: Uint8Array;
  /** What it takes in memory, the archive included. */
  readonly bytes: number;
  /** Frees what the engine keeps of it; it cannot be restored in milliseconds any more. */
  discard(): void;
}

/** An image with the process that has it in memory. */
export interface KeptImage extends DatabaseImage {
  home: { readonly process: EngineProcess; readonly imageNumber: number } | undefined;
}

let lastImageNumber = 0;

/** A number for a new image; unique in the process of the emulator. */
export function newImageNumber(): number {
  lastImageNumber += 1;
  return lastImageNumber;
}

/** An image of these files. */
export function keptImage(archive: Uint8Array, bytes: number, home?: KeptImage["home"]): KeptImage {
  const image: KeptImage = {
    archive,
    bytes,
    home,
    discard: () => {
      if (image.home === undefined) return;
      const { process, imageNumber } = image.home;
      image.home = undefined;
      void runTask(process, { kind: "drop", imageNumber });
    },
  };
  return image;
}

/**
 * Puts the image back on the process.
 *
 * @returns why it was not done, and the process is to be ended; `undefined` when it was
 */
export async function putBack(
  process: EngineProcess,
  { home }: KeptImage,
): Promise<string | undefined> {
  if (home?.process !== process) return "the engine does not have the image";
  // What runs belongs to a session that has ended.
  process.requestCancel();
  return runTask(process, { kind: "restore", imageNumber: home.imageNumber });
}

/** Takes the image into the memory of this process too, which has started from its files. */
export async function settleIn(process: EngineProcess, image: KeptImage): Promise<void> {
  const imageNumber = newImageNumber();
  const problem = await runTask(process, { kind: "save", imageNumber });
  image.home = problem === undefined ? { process, imageNumber } : undefined;
}

async function runTask(process: EngineProcess, task: ImageTask): Promise<string | undefined> {
  const outcome = await process.run(imageCall(task), () => undefined);
  if (outcome.kind === "done") return undefined;
  return outcome.kind === "deferred" ? "the engine is in use" : imageProblem(outcome);
}
