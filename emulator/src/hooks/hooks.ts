/** Runs the hooks one after the other and remembers how they do. */
import { type Hook, HookError, type HookReport, type HookStatus } from "./hook.ts";

const STOPPED = "the start was stopped";

/** How each kind of hook is run; each throws what the report tells. */
export interface HookActions {
  /** @returns whether it was run; not when it had run on this database before */
  sql(hook: Hook): Promise<boolean>;
  declarations(hook: Hook): Promise<void>;
  program(hook: Hook): Promise<void>;
}

/** What hooks are run with. */
export interface HookRun {
  readonly actions: HookActions;
  /** What becomes of the others, and of the start, when one fails. */
  readonly onFailure: "fail" | "continue";
  readonly signal?: AbortSignal | undefined;
  readonly onNotice: (message: string) => void;
}

/** The hooks of a start. */
export class Hooks {
  readonly #hooks: readonly Hook[];
  readonly #reports: HookReport[];

  constructor(hooks: readonly Hook[]) {
    this.#hooks = hooks;
    this.#reports = hooks.map(({ name, kind }) => ({ name, kind, status: "pending" }));
  }

  /** In the order in which they run. */
  reports(): readonly HookReport[] {
    return [...this.#reports];
  }

  /** @throws HookError for the first one that fails, unless the others shall go on */
  async run({ actions, onFailure, signal, onNotice }: HookRun): Promise<void> {
    for (const [index, hook] of this.#hooks.entries()) {
      if (isAborted(signal)) throw new HookError(STOPPED);
      const begun = performance.now();
      const report = (status: HookStatus, more: Pick<HookReport, "error"> = {}): void => {
        const { name, kind } = hook;
        const durationMs = Math.round(performance.now() - begun);
        this.#reports[index] = {
          ...{ name, kind, status },
          ...(status === "running" ? {} : { durationMs }),
          ...more,
        };
      };
      report("running");
      try {
        const wasRun = await runOne(hook, actions, signal);
        report(wasRun ? "done" : "skipped");
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown.message : String(thrown);
        report("failed", { error });
        const message = `hook \`${hook.name}\` has failed: ${error}`;
        if (onFailure === "fail" || isAborted(signal)) throw new HookError(message);
        onNotice(message);
      }
    }
  }
}

async function runOne(
  hook: Hook,
  actions: HookActions,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  switch (hook.kind) {
    case "sql":
      return untilStopped(actions.sql(hook), signal);
    case "declarations":
      await actions.declarations(hook);
      return true;
    case "program":
      // It is ended by the same signal, and waited for.
      await actions.program(hook);
      return true;
  }
}

/** Asked anew each time: it changes while a hook runs. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What has begun ends with the engine; nobody waits for it. */
async function untilStopped<Result>(
  result: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return result;
  let onAbort: () => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(new HookError(STOPPED));
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([result, stopped]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
