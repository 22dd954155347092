/** The fault rules of an emulator: made, listed and deleted by its API, and asked where things can fail. */
import { errorStatus } from "./error-status.ts";
import type { FaultEffect, FaultRule, FaultTargets } from "./fault-rule.ts";
import { scheduleOf } from "./fault-schedule.ts";
import { type FaultPlace, matchesOperation, matchesPlace } from "./match-fault.ts";
import { parseFaultRule } from "./parse-fault-rule.ts";
import { type FaultReport, reportFault } from "./report-fault.ts";

/** Rules at the same time; our choice. */
export const MAX_FAULT_RULES = 1000;

/** What faults are made from. */
export interface FaultsOptions extends FaultTargets {
  /** Waits in real time, not longer than until the signal. Never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What has become of a rule. */
export type FaultAddition =
  | { readonly kind: "added"; readonly fault: FaultReport }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** How a call ends in place of being done. */
export type CallFault =
  | { readonly kind: "drop" }
  | {
      readonly kind: "error";
      readonly code: string;
      readonly httpStatus: number;
      readonly message: string;
      readonly retryAfterSeconds: number | undefined;
    };

/** A call that may be about to fail. */
export interface FaultableCall extends FaultPlace {
  /** `service:Operation`. */
  readonly operation: string;
}

/** What was done to a connection before a step, and how it ends by it, if it does. */
export interface ConnectionFault {
  readonly ruleIds: readonly string[];
  readonly latencyMs: number;
  readonly end:
    | { readonly kind: "none" }
    | { readonly kind: "drop" }
    | {
        readonly kind: "error";
        readonly sqlState: string | undefined;
        readonly message: string | undefined;
      };
}

/** A step of the connection pipeline that is about to be made. */
export interface FaultableStep extends FaultPlace {
  readonly step: string;
}

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  readonly fires: () => boolean;
  matched: number;
  fired: number;
}

interface Fired {
  readonly ids: readonly string[];
  readonly latencyMs: number;
  readonly end: FaultEffect["end"];
}

/** Keeps the rules, and makes things fail by them. */
export class Faults {
  readonly #options: FaultsOptions;
  readonly #entries = new Map<string, Entry>();
  #lastNumber = 0;
  /** Ends what is delayed. */
  #cleared = new AbortController();

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** Reads a rule and adds it behind the others. */
  add(json: unknown): FaultAddition {
    const parsed = parseFaultRule(json, this.#options);
    if (parsed.kind === "refused") return parsed;
    if (this.#entries.size >= MAX_FAULT_RULES) {
      return { kind: "refused", problems: [`there are ${MAX_FAULT_RULES} rules already`] };
    }
    this.#lastNumber += 1;
    const { rule } = parsed;
    const id = `fault-${this.#lastNumber}`;
    const entry: Entry = { id, rule, fires: scheduleOf(rule.when), matched: 0, fired: 0 };
    this.#entries.set(id, entry);
    return { kind: "added", fault: reportFault(entry) };
  }

  /** All rules, in the order in which they were made. */
  list(): readonly FaultReport[] {
    return [...this.#entries.values()].map(reportFault);
  }

  /** Deletes a rule; what it has delayed already stays delayed. Returns whether it was there. */
  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  /** Deletes all rules; what they have delayed goes on at once. */
  clear(): void {
    this.#entries.clear();
    this.#cleared.abort();
    this.#cleared = new AbortController();
  }

  /**
   * To be asked before a call is authorized. Waits as long as rules say.
   *
   * @returns how the call ends; `undefined` when it goes on
   */
  async beforeCall(call: FaultableCall): Promise<CallFault | undefined> {
    if (this.#entries.size === 0) return undefined;
    const { operation } = call;
    const fired = await this.#fire(
      ({ target }) => target.kind === "operation" && matchesOperation(target.operation, operation),
      call,
    );
    const end = fired?.end;
    if (end === undefined || end.kind === "none") return undefined;
    if (end.kind === "drop") return { kind: "drop" };
    const { code = "InternalFailure", httpStatus, message, retryAfterSeconds } = end.error;
    return {
      kind: "error",
      code,
      httpStatus: httpStatus ?? errorStatus(operation, code) ?? 400,
      message: message ?? `The emulator injected this error by rule ${fired?.ids.at(-1) ?? ""}.`,
      retryAfterSeconds,
    };
  }

  /**
   * To be asked before a step of the connection pipeline. Waits as long as rules say.
   *
   * @returns what was done; `undefined` when nothing was
   */
  async beforeStep(at: FaultableStep): Promise<ConnectionFault | undefined> {
    if (this.#entries.size === 0) return undefined;
    const fired = await this.#fire(
      ({ target }) => target.kind === "connect-step" && target.step === at.step,
      at,
    );
    if (fired === undefined) return undefined;
    const { ids: ruleIds, latencyMs, end } = fired;
    if (end.kind !== "error") return { ruleIds, latencyMs, end };
    const { code: sqlState, message } = end.error;
    return { ruleIds, latencyMs, end: { kind: "error", sqlState, message } };
  }

  /** Asks the rules in their order, until one ends it; those behind that one have not matched. */
  async #fire(
    isAbout: (rule: FaultRule) => boolean,
    place: FaultPlace,
  ): Promise<Fired | undefined> {
    const ids: string[] = [];
    let latencyMs = 0;
    let end: FaultEffect["end"] = { kind: "none" };
    for (const entry of this.#entries.values()) {
      const { rule } = entry;
      if (!isAbout(rule) || !matchesPlace(rule, place)) continue;
      entry.matched += 1;
      if (!entry.fires()) continue;
      entry.fired += 1;
      ids.push(entry.id);
      latencyMs += rule.effect.latencyMs;
      end = rule.effect.end;
      if (end.kind !== "none") break;
    }
    if (ids.length === 0) return undefined;
    if (latencyMs > 0) await this.#options.wait(latencyMs, this.#cleared.signal);
    return { ids, latencyMs, end };
  }
}
