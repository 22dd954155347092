/** The emulator's state in a test's hands: snapshots, and the way back. */
import { askApi, deleteInApi } from "./emulator-http.ts";

/** A snapshot that was taken. */
export interface SnapshotHandle {
  readonly name: string;
  /** Back to it; all connections end. */
  reset(options?: Omit<ResetOptions, "to">): Promise<void>;
  delete(): Promise<void>;
}

/** Where a reset goes, and what goes with it. */
export interface ResetOptions {
  /**
   * `configuration` unless given: all is as the configuration declares it. `empty`: the same, with databases
   * without its roles, mappings and SQL. Or a snapshot.
   */
  readonly to?: "empty" | "configuration" | { readonly snapshot: string } | SnapshotHandle;
  /** Whether the clock goes back too. */
  readonly clock?: boolean;
  /** Whether decisions and events are forgotten. */
  readonly records?: boolean;
}

/** Takes a snapshot; one of the same name is replaced. Rejects with `EmulatorApiError`. */
export async function takeSnapshot(baseUrl: string, name: string): Promise<SnapshotHandle> {
  await askApi(baseUrl, "snapshots", { name });
  return {
    name,
    reset: (options) => reset(baseUrl, { ...options, to: { snapshot: name } }),
    delete: () => deleteInApi(baseUrl, `snapshots/${encodeURIComponent(name)}`),
  };
}

/** Brings the emulator back; all connections end. Rejects with `EmulatorApiError`. */
export async function reset(baseUrl: string, options: ResetOptions = {}): Promise<void> {
  const { to = "configuration", ...others } = options;
  const target = typeof to === "object" && "name" in to ? { snapshot: to.name } : to;
  await askApi(baseUrl, "reset", { to: target, ...others });
}
