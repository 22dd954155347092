/** What all connections of an emulator share. */
import type { ConnectionAuthorizer } from "../auth/index.ts";
import type { Clock, ClockTimers } from "../shared/index.ts";
import type { CancelKeys } from "./cancel-keys.ts";
import type { ConnectionObserver, EngineDirectory } from "./ports.ts";
import type { SessionLimits } from "./session-limits.ts";

/** What all connections of an emulator share. */
export interface ConnectionEnvironment {
  readonly authorizer: ConnectionAuthorizer;
  readonly engines: EngineDirectory;
  readonly observer: ConnectionObserver;
  readonly cancelKeys: CancelKeys;
  readonly clock: Clock & ClockTimers;
  /** Those of the service, unless given. */
  readonly sessionLimits?: SessionLimits;
  /** Whether a role other than `admin` must be mapped to the IAM principal; no, unless given. */
  readonly requiresRoleMappings?: boolean;
  readonly explainsErrors: boolean;
  /** Largest message that a client may send, in bytes. */
  readonly maxMessageBytes: number;
  /** Time from the connection to the end of authentication, in milliseconds of real time. */
  readonly startupTimeoutMs: number;
  /** 26 characters, never the same twice. */
  newSessionId(): string;
  /** 32 random bits, as a signed number. */
  newSecretKey(): number;
  /** Told of a bug or a broken part of the emulator; connections go on. */
  onInternalError(error: unknown, sessionId: string): void;
}
