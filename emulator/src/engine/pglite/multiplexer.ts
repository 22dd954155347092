/**
 * The `SqlEngine` on PGlite: many sessions on one engine process, which starts with the first of them
 * and is started anew after it was lost.
 */

import type {
  RoleMappingReader,
  SqlEngine,
  SqlSession,
  SqlSessionOptions,
} from "../../session/index.ts";
import {
  type DatabaseImage,
  type KeptImage,
  keptImage,
  newImageNumber,
  putBack,
  settleIn,
} from "./database-images.ts";
import type { EngineProcess, StartEngineProcess } from "./engine-process.ts";
import { mappingFacts } from "./mapping-facts.ts";
import { createSharedBackend, type SharedBackend } from "./multiplexer-backend.ts";
import type { MultiplexerEvent } from "./multiplexer-events.ts";
import { type MultiplexerTimers, systemTimers } from "./multiplexer-timers.ts";
import { sessionFactsText } from "./session-facts.ts";
import { startupSettings } from "./session-open.ts";
import { findMapping, openSessionRole } from "./session-role.ts";
import { createSharedSession } from "./session-shared.ts";

/** Process ids are shown to clients as a signed 32-bit number. */
const PROCESS_ID_MAX = 2 ** 31 - 1;

const DEFAULT_HELD_BACK_LIMIT_MS = 30_000;

/** Options of `createPgliteEngine`. */
export interface PgliteEngineOptions {
  readonly startProcess: StartEngineProcess;
  /** How long a batch may wait for the transactions of other sessions, in milliseconds. */
  readonly transactionWaitMs: number;
  /**
   * How long a client that does not take a large answer may hold back the engine while others wait,
   * in milliseconds; then its session is ended. 30,000 unless given (our choice).
   */
  readonly heldBackLimitMs?: number;
  /**
   * Whether AWS IAM GRANT of a mapping that is there is an error (42710). What DSQL does is reported
   * both ways; it succeeds unless given.
   */
  readonly refusesRepeatedGrant?: boolean;
  readonly onEvent?: (event: MultiplexerEvent) => void;
  /** Real timers unless given. */
  readonly timers?: MultiplexerTimers;
}

/** A database as a whole: its images in memory, its files in a directory. */
export interface DatabaseKeeper {
  /**
   * Takes an image of a database in memory once no transaction is open.
   *
   * @throws Error when transactions are open for too long, or the engine cannot be started
   */
  saveImage(): Promise<DatabaseImage>;
  /**
   * Ends all sessions and brings the database back to an image, of this engine or another one.
   *
   * @throws Error when the engine cannot be started from it
   */
  restoreImage(image: DatabaseImage): Promise<void>;
  /**
   * Copies the files of a database in a directory to a new one, once no transaction is open.
   *
   * @throws Error when that cannot be done; nothing is left of the copy
   */
  copyFiles(to: string): Promise<void>;
}

/** A cluster's database on PGlite. */
export type PgliteEngine = SqlEngine & RoleMappingReader & DatabaseKeeper;

/** Makes the engine of one cluster; nothing is started before it is asked for something. */
export function createPgliteEngine(options: PgliteEngineOptions): PgliteEngine {
  const onEvent = options.onEvent ?? (() => undefined);
  const timers = options.timers ?? systemTimers;
  const sessions = new Map<number, SqlSession>();
  let starting: Promise<SharedBackend> | undefined;
  let lastSessionNumber = 0;
  let lastProcessId = 0;
  let stopped = false;

  async function start(archive?: Uint8Array): Promise<SharedBackend> {
    let process: EngineProcess;
    try {
      process = await options.startProcess(archive);
    } catch (error) {
      starting = undefined;
      onEvent({ type: "engine-start-failed", message: messageOf(error) });
      throw error;
    }
    const backend = share(process);
    onEvent({ type: "engine-started" });
    return backend;
  }

  function share(process: EngineProcess): SharedBackend {
    return createSharedBackend({
      process,
      timers,
      transactionWaitMs: options.transactionWaitMs,
      heldBackLimitMs: options.heldBackLimitMs ?? DEFAULT_HELD_BACK_LIMIT_MS,
      onEvent: (event) => {
        if (!stopped) onEvent(event);
      },
    });
  }

  async function restore(
    before: SharedBackend | undefined,
    image: KeptImage,
  ): Promise<SharedBackend> {
    if (before?.lostReason() === undefined && before !== undefined) {
      before.retire("the database was reset");
      if ((await putBack(before.process, image)) === undefined) return share(before.process);
    }
    await before?.process.terminate();
    const backend = await start(image.archive);
    await settleIn(backend.process, image);
    return backend;
  }

  function refuseWhenStopped(): void {
    if (stopped) throw new Error("the engine has been stopped");
  }

  /** The running engine; a lost one is replaced. */
  async function runningBackend(): Promise<SharedBackend> {
    refuseWhenStopped();
    starting ??= start();
    const attempt = starting;
    const backend = await attempt;
    refuseWhenStopped();
    if (backend.lostReason() === undefined) return backend;
    // The next engine may need what the lost one still has, the lock of its directory above all.
    await backend.process.terminate();
    if (starting === attempt) starting = undefined;
    return runningBackend();
  }

  function newProcessId(): number {
    do {
      lastProcessId = lastProcessId >= PROCESS_ID_MAX ? 1 : lastProcessId + 1;
    } while (sessions.has(lastProcessId));
    return lastProcessId;
  }

  async function openSession(sessionOptions: SqlSessionOptions): Promise<SqlSession> {
    const backend = await runningBackend();
    lastSessionNumber += 1;
    const sessionNumber = lastSessionNumber;
    const settings = await startupSettings(backend, sessionNumber, sessionOptions);
    const role = await openSessionRole(backend.roleMappings, sessionOptions);
    const processId = newProcessId();
    const session = createSharedSession({
      backend,
      sessionNumber,
      processId,
      role,
      sessionFacts: sessionFactsText({
        processId,
        sessionId: sessionOptions.identity?.sessionId ?? "",
        principalArn: sessionOptions.identity?.principalArn ?? "",
        refusesRepeatedGrant: options.refusesRepeatedGrant === true,
      }),
      settings,
      onClosed: () => sessions.delete(processId),
    });
    sessions.set(processId, session);
    return session;
  }

  return {
    isMapped: async (principalArn, databaseRole) => {
      const { roleMappings } = await runningBackend();
      return findMapping(await roleMappings.all(), principalArn, databaseRole) !== undefined;
    },
    mappingFacts: async (principalArn, databaseRole) => {
      const { roleMappings } = await runningBackend();
      return mappingFacts(await roleMappings.tables(), principalArn, databaseRole);
    },
    saveImage: async () => {
      const backend = await runningBackend();
      const imageNumber = newImageNumber();
      const { output, imageBytes } = await backend.runImageTask({ kind: "save", imageNumber });
      return keptImage(output, imageBytes, { process: backend.process, imageNumber });
    },
    restoreImage: async (image) => {
      refuseWhenStopped();
      const before = starting?.catch(() => undefined);
      // Whoever asks for a session meanwhile gets it when the image is back.
      const restored = Promise.resolve(before).then((backend) => restore(backend, kept(image)));
      starting = restored;
      try {
        await restored;
      } catch (error) {
        if (starting === restored) starting = undefined;
        throw error;
      }
    },
    copyFiles: async (to) => {
      const backend = await runningBackend();
      await backend.runImageTask({ kind: "copy-files", to });
    },
    openSession,
    stop: async () => {
      stopped = true;
      const backend = await starting?.catch(() => undefined);
      await backend?.process.terminate();
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

function kept(image: DatabaseImage): KeptImage {
  return "home" in image ? (image as KeptImage) : keptImage(image.archive, image.bytes);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
