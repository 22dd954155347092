/** The way of an answer to the client, which can be closed while the client blocks it. */

import type { OutputSink } from "../../session/index.ts";

/** A gate between the engine and the sinks of one session. */
export interface OutputGate {
  /** The same sink, until the gate is closed; it neither throws nor rejects. */
  through(sink: OutputSink): OutputSink;
  /** Resolves when the sinks have taken everything; undefined when they have already. */
  drained(): Promise<void> | undefined;
  /** Lets everything that waits go on, and drops all output from now on. */
  close(): void;
}

/** Makes an open gate. */
export function createOutputGate(): OutputGate {
  const blocked = new Set<() => void>();
  let closed = false;
  let onDrained: () => void = () => undefined;
  return {
    through: (sink) => (chunk) => {
      if (closed) return undefined;
      const pending = callSafely(sink, chunk);
      if (pending === undefined) return undefined;
      return new Promise<void>((resolve) => {
        const release = (): void => {
          blocked.delete(release);
          if (blocked.size === 0) onDrained();
          resolve();
        };
        blocked.add(release);
        pending.then(release, release);
      });
    },
    drained: () =>
      blocked.size === 0
        ? undefined
        : new Promise((resolve) => {
            onDrained = resolve;
          }),
    close: () => {
      closed = true;
      for (const release of [...blocked]) release();
    },
  };
}

/** A sink that fails has lost its client; its session will be closed, and the engine goes on. */
function callSafely(sink: OutputSink, chunk: Uint8Array): Promise<void> | undefined {
  try {
    return sink(chunk);
  } catch {
    return undefined;
  }
}
