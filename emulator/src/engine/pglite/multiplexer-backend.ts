/**
 * One running engine process and what its sessions share: the scheduler, the settings that the engine
 * had at its start, and the chores that the emulator runs between the batches.
 */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import { queryFrame } from "../../pgwire/index.ts";
import { type FrontendFrame, SessionStartError } from "../../session/index.ts";
import type { EngineProcess, ImageTask } from "./engine-process.ts";
import { imageCall, imageProblem, type ImageTaskResult } from "./image-call.ts";
import { type ChoreResult, choreResult } from "./multiplexer-chore.ts";
import type { MultiplexerEvent } from "./multiplexer-events.ts";
import { createScheduler, type Scheduler } from "./multiplexer-scheduler.ts";
import type { MultiplexerTimers } from "./multiplexer-timers.ts";
import { closeStatementFrame, concatBytes, concatFrames, syncFrame } from "./session-frames.ts";
import {
  parseSettings,
  READ_SETTINGS_SQL,
  RESET_SETTINGS_SQL,
  type SettingValues,
} from "./session-settings.ts";
import { createRoleMappings, type RoleMappings } from "./role-mappings.ts";
import { FIND_SETTING_CHANGERS_SQL } from "./setting-changers.ts";

/** SQLSTATE of a server that cannot take a connection now. */
const CANNOT_CONNECT_NOW = "57P03";
/** Calls of different sessions that may be under way in the engine. */
const WINDOW_SIZE = 64;
/** Statements of closed sessions that may wait for their Close. */
const ABANDONED_STATEMENTS_MAX = 32;
/** Closed sessions whose memory may wait to be freed. */
const ABANDONED_SESSIONS_MAX = 64;

/** Options of `createSharedBackend`. */
export interface SharedBackendOptions {
  readonly process: EngineProcess;
  readonly timers: MultiplexerTimers;
  readonly transactionWaitMs: number;
  readonly heldBackLimitMs: number;
  readonly onEvent: (event: MultiplexerEvent) => void;
}

/** One engine process, shared by sessions. */
export interface SharedBackend {
  readonly process: EngineProcess;
  readonly scheduler: Scheduler;
  /** Why the process is gone; undefined while it works. */
  lostReason(): string | undefined;
  /**
   * Does something with the whole database once no transaction is open.
   *
   * @returns the output of the task, and what an image takes
   * @throws Error with the reason when it was not done
   */
  runImageTask(task: Exclude<ImageTask, { readonly kind: "restore" }>): Promise<ImageTaskResult>;
  /**
   * Ends the sessions and everything that waits, without ending the process: its database is about to
   * become another one, and to be shared anew.
   */
  retire(reason: string): void;
  /** Told once when the process is gone. */
  readonly lostListeners: Set<(reason: string) => void>;
  /** Whether any statement may change a setting, by a function of the database. */
  functionsMayChangeSettings(): boolean;
  /** To be called when a statement may have made such a function. */
  noteSettingChangingFunction(): void;
  /** Settings that the engine has when nobody has changed any; read once. */
  baseline(): Promise<SettingValues>;
  readonly roleMappings: RoleMappings;
  /** Takes the answer of `READ_SETTINGS_SQL`; only while the exclusive call that asked is settled. */
  acceptSettings(result: ChoreResult): SettingValues | undefined;
  /** Stored forms of the start-up settings that the engine has taken, see `acceptedValueKey`. */
  readonly acceptedValues: Map<string, string>;
  /**
   * Reads the settings back before anything else runs, and brings the engine back to those of its
   * start.
   *
   * @param onRead - gets nothing when the engine is lost
   */
  readSettingsNext(onRead: (values: SettingValues | undefined) => void): void;
  /** Has what a closed session leaves in the engine freed, some time: these statements, its memory. */
  abandonSession(sessionNumber: number, engineNames: readonly string[]): void;
}

/** Makes what the sessions of a started process share. */
export function createSharedBackend(options: SharedBackendOptions): SharedBackend {
  const { process, onEvent } = options;
  let lostReason: string | undefined;
  let functionsMayChangeSettings = false;
  let baseline: Promise<SettingValues> | undefined;
  let baselineValues: SettingValues = [];
  let abandoned: string[] = [];
  let closedSessions: number[] = [];
  const lostListeners = new Set<(reason: string) => void>();
  const scheduler = createScheduler({
    process,
    timers: options.timers,
    transactionWaitMs: options.transactionWaitMs,
    heldBackLimitMs: options.heldBackLimitMs,
    windowSize: WINDOW_SIZE,
    initialState: { settings: [], unnamedOwner: 0, statementGeneration: 0 },
    onLost: lose,
  });
  const roleMappings = createRoleMappings(runNext);
  void process.lost.then(lose);

  function lose(reason: string): void {
    if (lostReason !== undefined) return;
    onEvent({ type: "engine-lost", reason });
    retire(reason);
    process.terminate().catch(() => undefined);
  }

  function retire(reason: string): void {
    if (lostReason !== undefined) return;
    lostReason = reason;
    scheduler.fail(reason);
    for (const listener of lostListeners) listener(reason);
  }

  function runImageTask(task: ImageTask): Promise<ImageTaskResult> {
    return new Promise((resolve, reject) => {
      let output: Uint8Array = new Uint8Array();
      scheduler.submit({
        sessionNumber: 0,
        prepare: (state) => ({
          exclusive: true,
          call: imageCall(task),
          onOutput: (chunk) => {
            output = chunk;
            return undefined;
          },
          after: { ...state, unnamedOwner: 0 },
        }),
        settle: (result) => {
          if (result.kind === "done") resolve({ output, imageBytes: result.imageBytes ?? 0 });
          else reject(new Error(imageProblem(result)));
        },
      });
    });
  }

  /** Takes the result before anything else is sent. */
  function runNext(
    frames: readonly FrontendFrame[],
    databaseRole: string,
    onResult: (result: ChoreResult) => void,
    closed?: readonly number[],
  ): void {
    const answer: Uint8Array[] = [];
    scheduler.submitNext({
      sessionNumber: 0,
      prepare: (state) => ({
        exclusive: true,
        call: {
          sessionNumber: 0,
          databaseRole,
          closedSessions: closed,
          frames: concatFrames(frames),
          endsWithReadyForQuery: true,
        },
        onOutput: (chunk) => {
          answer.push(chunk);
          return undefined;
        },
        after: { ...state, unnamedOwner: 0 },
      }),
      settle: (result) => {
        onResult(choreResult(result, concatBytes(answer)));
      },
    });
  }

  function readBaseline(): Promise<SettingValues> {
    return new Promise((resolve, reject) => {
      const findSql = `${FIND_SETTING_CHANGERS_SQL}; ${RESET_SETTINGS_SQL}`;
      runNext([queryFrame(findSql)], ADMIN_ROLE, (found) => {
        if (found.value === "yes") noteSettingChangingFunction();
      });
      roleMappings.readNext();
      runNext([queryFrame(READ_SETTINGS_SQL)], ADMIN_ROLE, (result) => {
        const settings = acceptSettings(result);
        if (settings === undefined) {
          reject(new SessionStartError(CANNOT_CONNECT_NOW, result.problem));
          return;
        }
        baselineValues = settings;
        resolve(settings);
      });
    });
  }

  function acceptSettings({ value }: ChoreResult): SettingValues | undefined {
    const settings = parseSettings(value);
    if (settings !== undefined) scheduler.replaceState({ ...scheduler.state(), settings });
    return settings;
  }

  function noteSettingChangingFunction(): void {
    if (functionsMayChangeSettings) return;
    functionsMayChangeSettings = true;
    onEvent({ type: "functions-may-change-settings" });
  }

  return {
    process,
    scheduler,
    runImageTask,
    retire,
    lostReason: () => lostReason,
    lostListeners,
    functionsMayChangeSettings: () => functionsMayChangeSettings,
    noteSettingChangingFunction,
    roleMappings,
    baseline: () => {
      baseline ??= readBaseline().catch((error: unknown) => {
        baseline = undefined;
        throw error;
      });
      return baseline;
    },
    acceptSettings,
    acceptedValues: new Map(),
    readSettingsNext: (onRead) => {
      const sql = `${READ_SETTINGS_SQL}; ${RESET_SETTINGS_SQL}`;
      runNext([queryFrame(sql)], ADMIN_ROLE, (result) => {
        const settings = parseSettings(result.value);
        if (settings === undefined) {
          lose(`the settings of a session could not be read back: ${result.problem}`);
        } else {
          scheduler.replaceState({ ...scheduler.state(), settings: baselineValues });
        }
        onRead(settings);
      });
    },
    abandonSession: (sessionNumber, engineNames) => {
      abandoned.push(...engineNames);
      closedSessions.push(sessionNumber);
      const isFew =
        abandoned.length < ABANDONED_STATEMENTS_MAX &&
        closedSessions.length < ABANDONED_SESSIONS_MAX;
      if (isFew) return;
      const frames = [...abandoned.map(closeStatementFrame), syncFrame()];
      const closed = closedSessions;
      abandoned = [];
      closedSessions = [];
      // If it fails, some statements stay in the engine's memory; nobody can name them.
      runNext(frames, ADMIN_ROLE, () => undefined, closed);
    },
  };
}
