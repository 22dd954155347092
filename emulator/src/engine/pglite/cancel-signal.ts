/** Raises PostgreSQL's cancel flags in the engine's memory, from the main thread. */

import { type CancelFlags, CONTROL } from "./worker-protocol.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Interrupts one call: what PostgreSQL's handler of SIGINT does. */
export type SendCancel = (callNumber: number) => void;

/** The sender for an engine. What it sends to a call that does not run its frames has no effect. */
export function createCancelSignal(
  control: Int32Array<SharedArrayBuffer>,
  flags: CancelFlags,
): SendCancel {
  const words = new Int32Array(flags.memory);
  const raise = (): void => {
    Atomics.store(words, flags.queryCancelPending / WORD_BYTES, 1);
    Atomics.store(words, flags.interruptPending / WORD_BYTES, 1);
    // pg_sleep looks at the flags only when its latch is set.
    const latch = Atomics.load(words, flags.myLatch / WORD_BYTES);
    Atomics.store(words, latch / WORD_BYTES, 1);
  };
  return (callNumber) => {
    // INVARIANT: while the number is negative the worker does not leave the call.
    const seen = Atomics.compareExchange(
      control,
      CONTROL.interruptibleCall,
      callNumber,
      -callNumber,
    );
    if (seen !== callNumber) return;
    raise();
    Atomics.store(control, CONTROL.interruptibleCall, callNumber);
    Atomics.notify(control, CONTROL.interruptibleCall);
    Atomics.store(control, CONTROL.cancelledCall, callNumber);
    Atomics.notify(control, CONTROL.outstandingBytes);
  };
}
