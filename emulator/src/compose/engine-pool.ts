/**
 * The engines that run. When as many run as may, the one that was used least recently and has no
 * session is put to sleep; it starts again, with its data, when its database is asked for.
 */
import type { PgliteEngine } from "../engine/index.ts";
import { SessionStartError, type SqlSession } from "../session/index.ts";

/** PostgreSQL's `too_many_connections`. */
const TOO_MANY = "53300";

/** A database in the pool. */
export interface PooledDatabase {
  /** Makes its engine, which starts nothing before it is asked for something. */
  readonly makeEngine: () => PgliteEngine;
  /** Whether its data outlive the engine. */
  readonly isKept: boolean;
}

interface Slot extends PooledDatabase {
  engine: PgliteEngine;
  /** Sessions, those that are being opened too, and questions. */
  users: number;
  lastUse: number;
  /** Whether the engine was asked for something since it was made. */
  isRunning: boolean;
  /** Resolves when the engine before this one has ended. */
  isAsleep: Promise<void>;
}

/** Engines by key. */
export class EnginePool {
  readonly #maxRunning: number;
  readonly #slots = new Map<string, Slot>();
  readonly #facades = new Map<string, PgliteEngine>();
  #uses = 0;
  /** One after the other: room is made for one engine at a time. */
  #makingRoom: Promise<void> = Promise.resolve();

  /** @param maxRunning at least 1 */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** Number of engines that run or start. */
  get running(): number {
    return [...this.#slots.values()].filter(({ isRunning }) => isRunning).length;
  }

  /** The engine of a database; it stays the same one, whatever runs behind it. */
  engineOf(key: string, makeDatabase: () => PooledDatabase): PgliteEngine {
    const known = this.#facades.get(key);
    if (known !== undefined) return known;
    const database = makeDatabase();
    const slot: Slot = {
      ...database,
      engine: database.makeEngine(),
      users: 0,
      lastUse: 0,
      isRunning: false,
      isAsleep: Promise.resolve(),
    };
    const facade: PgliteEngine = {
      openSession: async (options) => {
        await this.#begin(slot);
        try {
          const session = await slot.engine.openSession(options);
          return withEnd(session, () => {
            slot.users -= 1;
          });
        } catch (error) {
          slot.users -= 1;
          throw error;
        }
      },
      isMapped: (principalArn, databaseRole) =>
        this.#ask(slot, (engine) => engine.isMapped(principalArn, databaseRole)),
      mappingFacts: (principalArn, databaseRole) =>
        this.#ask(slot, (engine) => engine.mappingFacts(principalArn, databaseRole)),
      saveImage: () => this.#ask(slot, (engine) => engine.saveImage()),
      restoreImage: (image) => this.#ask(slot, (engine) => engine.restoreImage(image)),
      copyFiles: (to) => this.#ask(slot, (engine) => engine.copyFiles(to)),
      stop: () => slot.engine.stop(),
    };
    this.#slots.set(key, slot);
    this.#facades.set(key, facade);
    return facade;
  }

  /** Whether the engine of a database runs, or starts. */
  isRunning(key: string): boolean {
    return this.#slots.get(key)?.isRunning === true;
  }

  /**
   * Ends the engine of a database, does something with its data, and lets it start again when it is asked
   * for.
   *
   * @throws what `change` throws; the engine has then ended all the same
   */
  async whileStopped(key: string, change: () => Promise<void>): Promise<void> {
    const slot = this.#slots.get(key);
    if (slot === undefined) {
      await change();
      return;
    }
    const { engine, isAsleep } = slot;
    slot.isRunning = false;
    slot.engine = slot.makeEngine();
    const changed = Promise.all([engine.stop(), isAsleep]).then(change);
    slot.isAsleep = changed.catch(() => undefined);
    await changed;
  }

  /** Ends the engine of a database and forgets it. */
  async remove(key: string): Promise<void> {
    const slot = this.#slots.get(key);
    this.#slots.delete(key);
    this.#facades.delete(key);
    await slot?.engine.stop();
    await slot?.isAsleep;
  }

  /** Ends all engines. */
  async stop(): Promise<void> {
    const slots = [...this.#slots.values()];
    await Promise.allSettled(slots.flatMap(({ engine, isAsleep }) => [engine.stop(), isAsleep]));
  }

  async #ask<Answer>(
    slot: Slot,
    question: (engine: PgliteEngine) => Promise<Answer>,
  ): Promise<Answer> {
    await this.#begin(slot);
    try {
      return await question(slot.engine);
    } finally {
      slot.users -= 1;
    }
  }

  async #begin(slot: Slot): Promise<void> {
    slot.users += 1;
    this.#uses += 1;
    slot.lastUse = this.#uses;
    try {
      const turn = this.#makingRoom.then(() => this.#makeRoom(slot));
      this.#makingRoom = turn.catch(() => undefined);
      await turn;
      await slot.isAsleep;
    } catch (error) {
      slot.users -= 1;
      throw error;
    }
  }

  async #makeRoom(slot: Slot): Promise<void> {
    if (slot.isRunning) return;
    if (this.running >= this.#maxRunning) {
      const [victim] = [...this.#slots.values()]
        .filter(({ isRunning, isKept, users }) => isRunning && isKept && users === 0)
        .sort((left, right) => left.lastUse - right.lastUse);
      if (victim === undefined) {
        throw new SessionStartError(
          TOO_MANY,
          `emulator: ${this.#maxRunning} database engines are in use, which is as many as may run: end the sessions of a cluster, or raise limits.maxRunningEngines`,
        );
      }
      const { engine } = victim;
      victim.isRunning = false;
      victim.engine = victim.makeEngine();
      victim.isAsleep = engine.stop();
      await victim.isAsleep;
    }
    slot.isRunning = true;
  }
}

/** A session that tells once when it has been closed. */
function withEnd(session: SqlSession, onEnd: () => void): SqlSession {
  let hasEnded = false;
  return {
    processId: session.processId,
    parameters: session.parameters,
    lost: session.lost,
    run: (batch, sink) => session.run(batch, sink),
    startCopyIn: (batch, sink) => session.startCopyIn(batch, sink),
    cancel: () => {
      session.cancel();
    },
    close: async () => {
      await session.close();
      if (hasEnded) return;
      hasEnded = true;
      onEnd();
    },
  };
}
