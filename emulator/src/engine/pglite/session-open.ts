/** The settings that a new session starts with, checked by the engine where only it can tell. */

import { queryFrame } from "../../pgwire/index.ts";
import { SessionStartError, type SqlSessionOptions } from "../../session/index.ts";
import type { SharedBackend } from "./multiplexer-backend.ts";
import { choreResult } from "./multiplexer-chore.ts";
import type { WorkResult } from "./multiplexer-work.ts";
import { concatBytes, concatFrames } from "./session-frames.ts";
import {
  overrideSettings,
  READ_SETTINGS_SQL,
  type SettingValues,
  settingValue,
  switchSettingsSql,
} from "./session-settings.ts";
import { acceptedValueKey, canonicalStartupSettings } from "./session-startup.ts";

/** PostgreSQL's class for a server that cannot take the connection now. */
const CANNOT_CONNECT_NOW = "57P03";
/** Clients send a handful of different values; more than this many are not remembered. */
const ACCEPTED_VALUES_MAX = 1_000;

/**
 * The settings in the form in which the engine stores them.
 *
 * @throws SessionStartError when the engine refuses a value, or did not get to it in time
 */
export async function startupSettings(
  backend: SharedBackend,
  sessionNumber: number,
  options: SqlSessionOptions,
): Promise<SettingValues> {
  const baseline = await backend.baseline();
  const known = canonicalStartupSettings(baseline, options.settings, backend.acceptedValues);
  if (known !== undefined) return known;
  const wanted = overrideSettings(baseline, options.settings);
  const values = await applyOnce(backend, sessionNumber, options.databaseRole, wanted);
  for (const [name, value] of options.settings) {
    if (backend.acceptedValues.size >= ACCEPTED_VALUES_MAX) break;
    const stored = settingValue(values, name.toLowerCase());
    backend.acceptedValues.set(acceptedValueKey(name, value), stored);
  }
  return values;
}

function applyOnce(
  backend: SharedBackend,
  sessionNumber: number,
  databaseRole: string,
  wanted: SettingValues,
): Promise<SettingValues> {
  return new Promise((resolve, reject) => {
    const answer: Uint8Array[] = [];
    backend.scheduler.submit({
      sessionNumber,
      prepare: (state) => ({
        exclusive: true,
        call: {
          sessionNumber,
          databaseRole,
          before: switchSettingsSql(state.settings, wanted),
          frames: concatFrames([queryFrame(READ_SETTINGS_SQL)]),
          endsWithReadyForQuery: true,
        },
        onOutput: (chunk) => {
          answer.push(chunk);
          return undefined;
        },
        after: { ...state, settings: wanted, unnamedOwner: 0 },
      }),
      settle: (result) => {
        const read = choreResult(result, concatBytes(answer));
        const values = result.kind === "done" ? backend.acceptSettings(read) : undefined;
        if (values !== undefined) {
          resolve(values);
          return;
        }
        // What the engine has now is not what was foreseen.
        if (wasSent(result)) backend.readSettingsNext(() => undefined);
        reject(startError(result, read.problem));
      },
    });
  });
}

function wasSent(result: WorkResult): boolean {
  return result.kind === "done" || result.kind === "before-failed";
}

function startError(result: WorkResult, problem: string): SessionStartError {
  switch (result.kind) {
    case "before-failed":
      return new SessionStartError(result.sqlState, result.message);
    case "wait-timeout":
      return new SessionStartError(
        CANNOT_CONNECT_NOW,
        `the transaction of another session was open for ${result.waitedMs} ms`,
      );
    default:
      return new SessionStartError(CANNOT_CONNECT_NOW, problem);
  }
}
