/** A connection from the outside. */
import type { ConnectionState } from "./connection-state.ts";
import type { OpenConnection } from "./ports.ts";

/** How a connection begins: in clear, or already encrypted (direct TLS). */
export type ConnectionStart = Pick<
  Extract<ConnectionState, { readonly kind: "AwaitingStartup" }>,
  "isEncrypted" | "serverName"
>;

/** One connection under way. */
export interface RunningConnection {
  /** Resolves when the connection is closed and everything of it is freed; never rejects. */
  readonly finished: Promise<void>;
  /** What observers are told of it; `undefined` until it has its database session. */
  readonly connection: OpenConnection | undefined;
  /** Tells the client that the emulator stops, when it waits for a message, and closes. */
  shutDown(): void;
  /** Cancels what runs for the client, as a CancelRequest does. */
  interrupt(): void;
  /** Closes at once; what runs for the client is cancelled. */
  abort(): void;
}
