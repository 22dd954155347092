/** `/_emulator/health` and `/_emulator/ready`. */
import type { EnforcementMode } from "../../auth/index.ts";
import type { Clock, ClockControl } from "../../shared/index.ts";
import type { ClusterCounter, ConnectionRecords, HookReports, ReadinessProbe } from "../ports.ts";

/** What health is told from. */
export interface HealthSources {
  readonly clock: Clock & ClockControl;
  /** In emulator time. */
  readonly startedAt: Date;
  readonly version: string;
  readonly mode: EnforcementMode;
  readonly region: string;
  readonly accountId: string;
  readonly readiness: ReadinessProbe;
  readonly clusters: ClusterCounter;
  readonly connections: ConnectionRecords;
  /** Without them, health tells of none. */
  readonly hooks?: HookReports;
}

/** The body of `GET /_emulator/health`. */
export interface HealthBody {
  readonly status: "ok" | "starting";
  readonly version: string;
  readonly mode: EnforcementMode;
  readonly region: string;
  readonly accountId: string;
  /** Emulator time, ISO 8601. */
  readonly now: string;
  readonly startedAt: string;
  /** By the emulator's clock, so it jumps with it; never negative. */
  readonly uptimeSeconds: number;
  readonly clusters: number;
  readonly connections: {
    readonly open: number;
    readonly recorded: number;
    /** Oldest records that had to make room. */
    readonly dropped: number;
  };
  /** Files that are run before the emulator is ready, in that order. */
  readonly hooks: ReturnType<HookReports["reports"]>;
}

/** The state of the emulator as it is now. */
export function healthBody(sources: HealthSources): HealthBody {
  const { version, mode, region, accountId, startedAt } = sources;
  const now = sources.clock.now();
  const { openConnections, records, dropped } = sources.connections.counts();
  return {
    status: sources.readiness.isReady() ? "ok" : "starting",
    version,
    mode,
    region,
    accountId,
    now: now.toISOString(),
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.max(0, Math.floor((now.getTime() - startedAt.getTime()) / 1000)),
    clusters: sources.clusters.count(),
    connections: { open: openConnections, recorded: records, dropped },
    hooks: sources.hooks?.reports() ?? [],
  };
}
