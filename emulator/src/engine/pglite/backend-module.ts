/** The part of PGlite's compiled PostgreSQL that the emulator touches directly. */

import { InvariantViolation } from "../../shared/index.ts";

/** Functions and addresses that the Emscripten module of PGlite exports. */
export interface BackendModule {
  _GetUserId(): number;
  _GetSessionUserId(): number;
  _SetUserIdAndSecContext(userId: number, securityContext: number): void;
  /** Addresses of PostgreSQL's variables of these names, in bytes. */
  readonly _QueryCancelPending: number;
  readonly _InterruptPending: number;
  readonly _MyLatch: number;
}

const FUNCTIONS = ["_GetUserId", "_GetSessionUserId", "_SetUserIdAndSecContext"] as const;
const ADDRESSES = ["_QueryCancelPending", "_InterruptPending", "_MyLatch"] as const;

/**
 * Checks that the module has everything that the emulator relies on.
 *
 * @throws InvariantViolation for a build of PGlite that this code was not written for
 */
export function backendModuleOf(module: object): BackendModule {
  const members = module as Record<string, unknown>;
  const missing = [
    ...FUNCTIONS.filter((name) => typeof members[name] !== "function"),
    ...ADDRESSES.filter((name) => typeof members[name] !== "number"),
  ];
  if (missing.length > 0) {
    throw new InvariantViolation(`this build of PGlite does not export ${missing.join(", ")}`);
  }
  return module as BackendModule;
}
