/** The records of all clusters, kept up to date with the clock. */
import { type AccountId, parseClusterIdentifier } from "../dsql/index.ts";
import { type Clock, InvariantViolation } from "../shared/index.ts";
import type { ClusterRecord, ClusterScope, StreamRecord } from "./cluster-records.ts";
import { notFound } from "./clusters-error.ts";
import { Answers, type AnswerRecord } from "./idempotency.ts";
import {
  DEFAULT_DURATIONS,
  type LifecycleDurations,
  nextDueMs,
  stepCluster,
  stepStreams,
} from "./lifecycle.ts";
import { type ClusterView, viewOf } from "./cluster-view.ts";
import { type ClusterQuotas, DEFAULT_QUOTAS } from "./quotas.ts";
import { parseDsqlArn } from "./resource-arn.ts";

/** What happened to a cluster as time passed. */
export type ClusterEvent =
  | { readonly kind: "active"; readonly cluster: ClusterView }
  | {
      readonly kind: "gone";
      readonly cluster: ClusterView;
      /** Whether no cluster uses `cluster.database` any more. */
      readonly isDatabaseUnused: boolean;
    };

/** Makes the names of clusters and streams. */
export interface ClusterIdSource {
  /** 26 lower-case letters and digits that were never made before. */
  newIdentifier(): string;
}

/** What clusters are kept with. */
export interface ClustersOptions {
  readonly clock: Clock;
  readonly ids: ClusterIdSource;
  readonly durations?: Partial<LifecycleDurations>;
  readonly quotas?: Partial<ClusterQuotas>;
  /** Told after the operation, or the look, in which it came out. */
  readonly onEvent?: (event: ClusterEvent) => void;
  /** Told after everything that changes the snapshot. */
  readonly onChange?: () => void;
}

/** Everything there is, as plain JSON. */
export interface ClustersSnapshot {
  readonly version: 1;
  readonly sequence: number;
  readonly clusters: readonly ClusterRecord[];
  readonly answers: readonly AnswerRecord[];
}

/** All clusters with their indexes. Every way in settles first what has become due. */
export class ClustersState {
  readonly durations: LifecycleDurations;
  readonly quotas: ClusterQuotas;
  readonly answers: Answers;
  readonly #options: ClustersOptions;
  readonly #byIdentifier = new Map<string, ClusterRecord>();
  readonly #byScope = new Map<string, Map<string, ClusterRecord>>();
  /** Open connections, of clusters that have any. */
  readonly #connections = new Map<string, number>();
  readonly #waiting = new Set<ClusterRecord>();
  #nextDueMs = Infinity;
  #sequence: number;

  constructor(options: ClustersOptions, snapshot?: ClustersSnapshot) {
    this.#options = options;
    this.durations = { ...DEFAULT_DURATIONS, ...options.durations };
    this.quotas = { ...DEFAULT_QUOTAS, ...options.quotas };
    this.answers = new Answers(snapshot?.answers);
    this.#sequence = snapshot?.sequence ?? 0;
    for (const record of structuredClone(snapshot?.clusters ?? [])) this.#index(record);
  }

  /** Milliseconds of the emulator's clock. */
  nowMs(): number {
    return this.#options.clock.now().getTime();
  }

  newIdentifier(): ClusterRecord["identifier"] {
    const identifier = parseClusterIdentifier(this.#options.ids.newIdentifier());
    if (identifier === undefined) throw new InvariantViolation("an id is not 26 characters long");
    return identifier;
  }

  newSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** In the order in which they were made. */
  clustersOf(scope: ClusterScope): Iterable<ClusterRecord> {
    return this.#byScope.get(scopeKey(scope))?.values() ?? [];
  }

  find(scope: ClusterScope, identifier: string): ClusterRecord | undefined {
    return this.#byScope.get(scopeKey(scope))?.get(identifier);
  }

  /** @throws ClustersError `not-found` */
  require(scope: ClusterScope, identifier: string): ClusterRecord {
    const found = this.find(scope, identifier);
    if (found === undefined) throw notFound("cluster", identifier);
    return found;
  }

  /** @throws ClustersError `not-found` */
  requireStream(cluster: ClusterRecord, streamIdentifier: string): StreamRecord {
    const stream = cluster.streams.find((known) => known.streamIdentifier === streamIdentifier);
    if (stream === undefined) throw notFound("stream", streamIdentifier);
    return stream;
  }

  findAnywhere(identifier: string): ClusterRecord | undefined {
    return this.#byIdentifier.get(identifier);
  }

  /** The cluster with this ARN, if it is of the account. */
  findByArn(arn: string, accountId: AccountId): ClusterRecord | undefined {
    const named = parseDsqlArn(arn);
    return named?.accountId === accountId ? this.find(named, named.cluster) : undefined;
  }

  count(): number {
    return this.#byIdentifier.size;
  }

  all(): readonly ClusterRecord[] {
    return [...this.#byIdentifier.values()];
  }

  add(record: ClusterRecord): void {
    this.#index(record);
    this.#options.onChange?.();
  }

  /** To be called after every change of a record. */
  changed(record: ClusterRecord): void {
    this.#schedule(record);
    this.#options.onChange?.();
  }

  /** Counts a connection that was opened (1) or closed (-1). */
  countConnection(record: ClusterRecord, difference: 1 | -1): void {
    const count = Math.max(0, (this.#connections.get(record.identifier) ?? 0) + difference);
    if (count === 0) this.#connections.delete(record.identifier);
    else this.#connections.set(record.identifier, count);
    record.lastActivityMs = this.nowMs();
    this.#schedule(record);
  }

  /** When the next thing becomes due; `undefined` if nothing does by itself. */
  nextDueMs(): number | undefined {
    return this.#nextDueMs === Infinity ? undefined : this.#nextDueMs;
  }

  /** Does what has become due. */
  settle(): void {
    const nowMs = this.nowMs();
    if (nowMs < this.#nextDueMs) return;
    const waiting = [...this.#waiting].sort((left, right) => left.sequence - right.sequence);
    const events = waiting.flatMap((record) => this.#settleOne(record, nowMs));
    this.#nextDueMs = Infinity;
    for (const record of this.#waiting) this.#schedule(record);
    this.#options.onChange?.();
    for (const event of events) this.#options.onEvent?.(event);
  }

  snapshot(): ClustersSnapshot {
    return structuredClone({
      version: 1,
      sequence: this.#sequence,
      clusters: this.all(),
      answers: this.answers.records(),
    });
  }

  /** Becomes what a snapshot was made of; connections stay counted. Nobody is told of clusters that are gone by it. */
  reset({ sequence, clusters, answers }: ClustersSnapshot): void {
    this.#byIdentifier.clear();
    this.#byScope.clear();
    this.#waiting.clear();
    this.#nextDueMs = Infinity;
    this.answers.reset(answers);
    // Numbers that were given out are not given out again.
    this.#sequence = Math.max(this.#sequence, sequence);
    for (const record of structuredClone(clusters)) this.#index(record);
    this.#options.onChange?.();
  }

  #settleOne(record: ClusterRecord, nowMs: number): readonly ClusterEvent[] {
    const events: ClusterEvent[] = [];
    const isInUse = this.#connections.has(record.identifier);
    stepStreams(record, nowMs);
    for (;;) {
      const step = stepCluster(record, this.durations, nowMs, isInUse);
      if (step === undefined) return events;
      if (step === "active") events.push({ kind: "active", cluster: viewOf(record) });
      if (step === "gone") return [...events, this.#remove(record)];
    }
  }

  #remove(record: ClusterRecord): ClusterEvent {
    const { identifier, database } = record;
    this.#byIdentifier.delete(identifier);
    this.#byScope.get(scopeKey(record))?.delete(identifier);
    this.#connections.delete(identifier);
    this.#waiting.delete(record);
    const isDatabaseUnused = !this.all().some(
      (other) =>
        other.database.identifier === database.identifier &&
        other.database.region === database.region,
    );
    return { kind: "gone", cluster: viewOf(record), isDatabaseUnused };
  }

  #index(record: ClusterRecord): void {
    this.#byIdentifier.set(record.identifier, record);
    const key = scopeKey(record);
    const ofScope = this.#byScope.get(key) ?? new Map<string, ClusterRecord>();
    ofScope.set(record.identifier, record);
    this.#byScope.set(key, ofScope);
    this.#schedule(record);
  }

  #schedule(record: ClusterRecord): void {
    const isInUse = this.#connections.has(record.identifier);
    const dueMs = nextDueMs(record, this.durations, isInUse);
    if (dueMs === undefined) {
      this.#waiting.delete(record);
      return;
    }
    this.#waiting.add(record);
    this.#nextDueMs = Math.min(this.#nextDueMs, dueMs);
  }
}

function scopeKey({ accountId, region }: ClusterScope): string {
  return `${accountId} ${region}`;
}
