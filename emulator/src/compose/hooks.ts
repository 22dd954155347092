/** The hooks of a start, and what they do to the emulator. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clientEnvironment, type ReadyInfo, writeReadyFile } from "../cli/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import { findHooks, type Hook, HookError, Hooks, runProgram } from "../hooks/index.ts";
import { runAsAdmin, statementsIn } from "./admin-statements.ts";
import type { ClusterStore } from "./cluster-store.ts";
import type { Engines } from "./engines.ts";
import { applyDeclarations, type DeclarationTargets } from "./hook-declarations.ts";
import { HookMarks } from "./hook-marks.ts";

/** What hooks work on. */
export interface HookTargets extends DeclarationTargets {
  readonly store: ClusterStore;
  readonly engines: Engines;
  /** What a ready file would say now. */
  readonly info: ReadyInfo;
  readonly signal: AbortSignal | undefined;
  readonly onNotice: (message: string) => void;
}

/** Finds the hooks of the configuration; runs none. @throws HookError when they cannot be read */
export function openHooks(
  { hooks: { directory } }: EmulatorConfig,
  onNotice: (message: string) => void,
): Hooks {
  if (directory === undefined) return new Hooks([]);
  const { hooks, notices } = findHooks(directory);
  for (const notice of notices) onNotice(notice);
  return new Hooks(hooks);
}

/**
 * Runs the hooks; both ports listen already.
 *
 * @throws HookError when one fails, unless the configuration lets the start go on
 */
export async function runHooks(
  hooks: Hooks,
  config: EmulatorConfig,
  targets: HookTargets,
): Promise<void> {
  if (hooks.reports().length === 0) return;
  const { onFailure, timeoutMs } = config.hooks;
  const { info, signal, onNotice } = targets;
  const marks = new HookMarks(config.dataDirectory);
  const temporary = await mkdtemp(join(tmpdir(), "dsql-emulator-hooks-"));
  try {
    // The real one tells others that everything is ready, which it is not yet.
    const readyFile = join(temporary, "ready.json");
    await writeReadyFile(readyFile, info);
    const env = await environment(info, readyFile);
    await hooks.run({
      onFailure,
      signal,
      onNotice,
      actions: {
        sql: (hook) => runSql(hook, marks, targets),
        declarations: ({ path }) => applyDeclarations(path, targets),
        program: ({ name, path }) =>
          runProgram({
            path,
            workingDirectory: dirname(path),
            env,
            timeoutMs,
            signal,
            onLine: (line) => {
              onNotice(`[${name}] ${withoutSecret(line, info)}`);
            },
          }),
      },
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @returns false when it has run on this database before */
async function runSql(
  { name, path, cluster }: Hook,
  marks: HookMarks,
  { store, engines, info, onNotice }: HookTargets,
): Promise<boolean> {
  const identifier = cluster ?? info.clusters[0]?.identifier;
  const view = identifier === undefined ? undefined : store.clusters.findCluster(identifier);
  const found = view && store.findCluster(view.identifier, view.region);
  if (found === undefined || view === undefined) {
    throw new HookError(`there is no cluster${identifier === undefined ? "" : ` ${identifier}`}`);
  }
  const text = readFileSync(path, "utf8");
  const before = marks.ranBefore(view.database, name, text);
  if (before === "other") {
    onNotice(`hook \`${name}\` has run on this database with another text: it is not run again`);
  }
  if (before !== "no") return false;
  await runAsAdmin(engines.engineOf(found), statementsIn([text]));
  await marks.add(view.database, name, text);
  return true;
}

/** What `dsql-emulator env` prints, over this process's own. */
async function environment(info: ReadyInfo, readyFile: string): Promise<Record<string, string>> {
  const changes = await clientEnvironment(info, readyFile, process.env);
  return Object.fromEntries(
    Object.entries({ ...process.env, ...changes }).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

function withoutSecret(line: string, { credentials }: ReadyInfo): string {
  const { secretAccessKey } = credentials;
  return secretAccessKey === "" ? line : line.replaceAll(secretAccessKey, "<redacted>");
}
