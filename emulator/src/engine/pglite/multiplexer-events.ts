/** What the multiplexer tells about itself, for logs and tests. */

/** Something that happened in an engine with many sessions. */
export type MultiplexerEvent =
  | { readonly type: "engine-started" }
  | { readonly type: "engine-start-failed"; readonly message: string }
  | { readonly type: "engine-lost"; readonly reason: string }
  /** From now on the settings are read back after every batch, which is slow. */
  | { readonly type: "functions-may-change-settings" };
