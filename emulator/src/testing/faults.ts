/** Faults in a test's hands: calls and connections that fail on purpose. */
import type { FaultReport } from "../faults/index.ts";
import { askApi, deleteInApi } from "./emulator-http.ts";

/** A rule that is in effect, with how often it was looked at and how often it fired. */
export type Fault = FaultReport;

/** A rule, in the form of `POST /_emulator/faults`; see docs/http-api.md. */
export type FaultForm = Omit<FaultReport, "id" | "matched" | "fired">;

/** Adds and removes rules; its functions reject with `EmulatorApiError`. */
export interface Faults {
  /** Adds a rule. Of several the first one that fires counts. */
  add(rule: FaultForm): Promise<Fault>;
  list(): Promise<readonly Fault[]>;
  /** Removes one rule. */
  remove(id: string): Promise<void>;
  /** Removes all of them. */
  clear(): Promise<void>;
}

/** The faults of the emulator at this URL. */
export function faultsOf(baseUrl: string): Faults {
  return {
    add: async (rule) => (await askApi(baseUrl, "faults", rule)) as Fault,
    list: async () =>
      ((await askApi(baseUrl, "faults")) as { readonly faults: readonly Fault[] }).faults,
    remove: (id) => deleteInApi(baseUrl, `faults/${encodeURIComponent(id)}`),
    clear: () => deleteInApi(baseUrl, "faults"),
  };
}
