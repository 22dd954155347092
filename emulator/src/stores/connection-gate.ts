/** The limits of a cluster on new and on open connections. */
import type { Cluster, ConnectionGate } from "../auth/index.ts";
import type { Clock } from "../shared/index.ts";

/** Limits of each cluster. */
export interface ConnectionGateLimits {
  /** New connections a second, sustained. */
  readonly connectionRatePerSecond: number;
  /** Size of the bucket from which new connections take a token. */
  readonly connectionRateBucket: number;
  /** Open connections, those that are still being authorized included. */
  readonly maxConnectionsPerCluster: number;
}

interface Bucket {
  /** May be fractional; at most the size of the bucket. */
  tokens: number;
  /** When `tokens` was right, in milliseconds of the emulator's time. */
  countedAtMs: number;
}

/** Counts connections and their rate, per cluster, on the emulator's clock. */
export class MemoryConnectionGate implements ConnectionGate {
  readonly #limits: ConnectionGateLimits;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  /** Cluster ARN of each session that has a place. */
  readonly #places = new Map<string, string>();
  /** Number of places taken, by cluster ARN; never 0. */
  readonly #taken = new Map<string, number>();

  constructor(limits: ConnectionGateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  takeFromRate({ arn }: Cluster): boolean {
    const { connectionRatePerSecond, connectionRateBucket } = this.#limits;
    const nowMs = this.#clock.now().getTime();
    const bucket = this.#buckets.get(arn) ?? { tokens: connectionRateBucket, countedAtMs: nowMs };
    this.#buckets.set(arn, bucket);
    // A clock that was moved back must not take away tokens, nor stop the filling until it has caught up.
    const elapsedMs = Math.max(0, nowMs - bucket.countedAtMs);
    const filled = bucket.tokens + (elapsedMs * connectionRatePerSecond) / 1000;
    bucket.tokens = Math.min(connectionRateBucket, filled);
    bucket.countedAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Fills the buckets of all clusters, as at the start. */
  refill(): void {
    this.#buckets.clear();
  }

  takePlace({ arn }: Cluster, sessionId: string): boolean {
    if (this.#places.has(sessionId)) return true;
    const taken = this.#taken.get(arn) ?? 0;
    if (taken >= this.#limits.maxConnectionsPerCluster) return false;
    this.#places.set(sessionId, arn);
    this.#taken.set(arn, taken + 1);
    return true;
  }

  /**
   * Gives back the place of a connection that is over. Does nothing when it has none: it was never
   * admitted, or has given it back already.
   */
  givePlaceBack(sessionId: string): void {
    const arn = this.#places.get(sessionId);
    if (arn === undefined) return;
    this.#places.delete(sessionId);
    const taken = (this.#taken.get(arn) ?? 0) - 1;
    if (taken > 0) this.#taken.set(arn, taken);
    else this.#taken.delete(arn);
  }
}
