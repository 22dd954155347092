export { findHooks, type FoundHooks } from "./find-hooks.ts";
export { type Hook, HookError, type HookKind, type HookReport, type HookStatus } from "./hook.ts";
export { type HookActions, type HookRun, Hooks } from "./hooks.ts";
export { type ProgramOptions, runProgram } from "./run-program.ts";
