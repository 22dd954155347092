/** Answers that are kept so that a request that is sent again is not done again. */
import type { ClusterScope } from "./cluster-records.ts";
import { ClustersError } from "./clusters-error.ts";

/** A request as it is recognized. */
export interface TokenRequest {
  readonly scope: ClusterScope;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>> & { readonly clientToken?: string | undefined };
}

/** An answer that is kept; plain JSON. */
export interface AnswerRecord {
  readonly key: string;
  readonly fingerprint: string;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly expiresAtMs: number;
}

/** Chosen: how long the service remembers a token is not published. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** Chosen; the oldest go first. */
const MAX_ANSWERS = 10_000;

/** The answers that are remembered. */
export class Answers {
  readonly #byKey = new Map<string, AnswerRecord>();

  constructor(records: readonly AnswerRecord[] = []) {
    for (const record of records) this.#byKey.set(record.key, record);
  }

  /** Becomes what the records were made of. */
  reset(records: readonly AnswerRecord[]): void {
    this.#byKey.clear();
    for (const record of records) this.#byKey.set(record.key, record);
  }

  /** Plain JSON. */
  records(): readonly AnswerRecord[] {
    return [...this.#byKey.values()];
  }

  /**
   * The answer to an earlier request with the same token, or what `run` answers. Only what was done
   * is remembered. Chosen: the same token with other parameters is a conflict.
   *
   * @throws ClustersError `conflict`, and what `run` throws
   */
  once<Answer extends object>(request: TokenRequest, nowMs: number, run: () => Answer): Answer {
    const { scope, operation, input } = request;
    const { clientToken, ...parameters } = input;
    if (clientToken === undefined) return run();
    const key = [scope.accountId, scope.region, operation, clientToken].join(" ");
    const fingerprint = canonicalJson(parameters);
    const known = this.#byKey.get(key);
    if (known !== undefined && known.expiresAtMs > nowMs) {
      if (known.fingerprint === fingerprint) return thawed(known.answer) as Answer;
      throw new ClustersError(
        { kind: "conflict", resourceId: clientToken, resourceType: "clientToken" },
        "The client token was used for a request with other parameters.",
      );
    }
    const answer = run();
    this.#byKey.delete(key);
    this.#forget(nowMs);
    const record = { key, fingerprint, answer: frozen(answer), expiresAtMs: nowMs + KEPT_MS };
    this.#byKey.set(key, record);
    return answer;
  }

  #forget(nowMs: number): void {
    for (const { key, expiresAtMs } of this.#byKey.values()) {
      if (expiresAtMs > nowMs && this.#byKey.size < MAX_ANSWERS) return;
      this.#byKey.delete(key);
    }
  }
}

/** The moment of an answer as a number. */
function frozen(answer: object): Readonly<Record<string, unknown>> {
  const { creationTime, ...rest } = answer as { creationTime?: Date };
  return creationTime === undefined ? rest : { ...rest, creationTime: creationTime.getTime() };
}

function thawed(answer: Readonly<Record<string, unknown>>): object {
  const { creationTime, ...rest } = answer;
  return typeof creationTime === "number"
    ? { ...rest, creationTime: new Date(creationTime) }
    : rest;
}

/** JSON in which the order of names does not matter, and what is `undefined` is not there. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}
