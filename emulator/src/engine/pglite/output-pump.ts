/**
 * Carries the answer of a call from the engine to the main thread: small pieces are joined, large
 * answers are posted while the statement runs, and the engine waits when too much is outstanding.
 */

import { READY_FOR_QUERY_BYTES } from "./backend-reply.ts";
import { CONTROL, elapsedMs, monotonicMs, type WorkerMessage } from "./worker-protocol.ts";

const PIECE_BYTES = 64 * 1024;
/** Posted bytes that no sink has taken yet before the engine is held back. Our choice. */
const MAX_OUTSTANDING_BYTES = 4 * 1024 * 1024;
/** A waiting engine looks this often whether its call has been cancelled. */
const WAIT_SLICE_MS = 100;

/** Posts a message of the worker, moving these buffers. */
export type PostMessage = (message: WorkerMessage, transfer: ArrayBuffer[]) => void;

/** The output of one call at a time. */
export class OutputPump {
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #post: PostMessage;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  readonly #tail = new Uint8Array(READY_FOR_QUERY_BYTES);
  #used = 0;
  #callNumber = 0;

  constructor(control: Int32Array<SharedArrayBuffer>, post: PostMessage) {
    this.#control = control;
    this.#post = post;
  }

  /** Starts the output of a call. */
  begin(callNumber: number): void {
    this.#callNumber = callNumber;
    this.#used = 0;
    this.#tail.fill(0);
  }

  /** Takes a piece of output; may wait for the sink. The bytes are copied. */
  write(view: Uint8Array): void {
    this.#keepTail(view);
    if (this.#used + view.length > PIECE_BYTES) this.#flush();
    if (view.length > PIECE_BYTES) {
      this.#send(view.slice());
      return;
    }
    this.#piece.set(view, this.#used);
    this.#used += view.length;
  }

  /** The last bytes of the output so far. */
  get tail(): Uint8Array {
    return this.#tail;
  }

  /** Ends the output of the call. @returns the bytes that have not been posted */
  finish(): Uint8Array<ArrayBuffer> | undefined {
    const rest = this.#used === 0 ? undefined : this.#piece.slice(0, this.#used);
    this.#used = 0;
    return rest;
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#send(this.#piece.slice(0, this.#used));
    this.#used = 0;
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    Atomics.add(this.#control, CONTROL.outstandingBytes, bytes.length);
    this.#post({ kind: "output", callNumber: this.#callNumber, bytes }, [bytes.buffer]);
    this.#waitForSink();
  }

  #waitForSink(): void {
    const control = this.#control;
    const blockedSince = monotonicMs();
    for (;;) {
      const outstanding = Atomics.load(control, CONTROL.outstandingBytes);
      if (outstanding <= MAX_OUTSTANDING_BYTES) break;
      // The interrupted statement ends soon; what it still says is little.
      if (Atomics.load(control, CONTROL.cancelledCall) === this.#callNumber) break;
      Atomics.store(control, CONTROL.blockedSinceMs, blockedSince);
      Atomics.wait(control, CONTROL.outstandingBytes, outstanding, WAIT_SLICE_MS);
    }
    if (Atomics.exchange(control, CONTROL.blockedSinceMs, 0) !== 0) {
      Atomics.add(control, CONTROL.blockedTotalMs, elapsedMs(blockedSince, monotonicMs()));
    }
  }

  #keepTail(view: Uint8Array): void {
    const tail = this.#tail;
    if (view.length >= tail.length) {
      tail.set(view.subarray(-tail.length));
      return;
    }
    tail.copyWithin(0, view.length);
    tail.set(view, tail.length - view.length);
  }
}
