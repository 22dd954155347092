/** What hooks are, and how they are doing. */

/** What a hook's file is. */
export type HookKind = "sql" | "declarations" | "program";

/** A file that is run when the emulator starts. */
export interface Hook {
  /** Name of the file. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly kind: HookKind;
  /** Of SQL: identifier of the cluster; `undefined` is the default one. */
  readonly cluster: string | undefined;
}

/** `skipped`: SQL that has run on this database before. */
export type HookStatus = "pending" | "running" | "done" | "skipped" | "failed";

/** How a hook is doing. */
export interface HookReport {
  readonly name: string;
  readonly kind: HookKind;
  readonly status: HookStatus;
  /** By the system's clock; of those that have ended. */
  readonly durationMs?: number;
  /** Of one that has failed. */
  readonly error?: string;
}

/** A hook has failed, and with it the start. */
export class HookError extends Error {
  override readonly name = "HookError";
}
