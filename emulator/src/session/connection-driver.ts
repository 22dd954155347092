/**
 * Drives one connection: feeds the transition function with what the client, the authorizer and the
 * engine say, and does what it wants done, one thing after the other.
 */
import type { Authorization } from "../auth/index.ts";
import {
  BACKEND_TYPE,
  type BackendFrame,
  BackendFrameReader,
  ProtocolViolation,
} from "../pgwire/index.ts";
import { assertNever } from "../shared/index.ts";
import { ActivityWatch } from "./activity-watch.ts";
import { AnswerBoundary } from "./answer-boundary.ts";
import { ClientInput } from "./client-input.ts";
import type { ConnectionEnvironment } from "./connection-environment.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";
import { LifeTimers } from "./life-timers.ts";
import {
  type OpenConnection,
  type SessionIdentity,
  SessionStartError,
  type SqlSession,
} from "./ports.ts";
import { DSQL_SESSION_LIMITS } from "./session-limits.ts";
import type { ConnectionStart, RunningConnection } from "./running-connection.ts";
import { type ConnectionFacts, transition } from "./transition.ts";
import type { Transport } from "./transport.ts";

/** How long a statement goes on whose client has closed the connection, in milliseconds. Our choice. */
const ABANDONED_STATEMENT_MS = 500;
/** Time for a client that is put out to hear why, in milliseconds of real time. Our choice. */
const LAST_WORDS_MS = 500;

/** Starts to serve a client. */
export function driveConnection(
  transport: Transport,
  start: ConnectionStart,
  environment: ConnectionEnvironment,
): RunningConnection {
  const driver = new ConnectionDriver(transport, start, environment);
  return {
    finished: driver.run(),
    get connection() {
      return driver.connection;
    },
    shutDown: () => {
      driver.post({ kind: "termination", reason: "the emulator stopped" });
    },
    interrupt: () => {
      driver.interrupt();
    },
    abort: () => {
      driver.abort();
    },
  };
}

class ConnectionDriver {
  readonly #transport: Transport;
  readonly #environment: ConnectionEnvironment;
  readonly #facts: ConnectionFacts;
  readonly #client: ClientInput;
  /** Of what the engine has sent to the client. */
  readonly #answer = new AnswerBoundary();
  /** What comes from outside of the conversation; looked at between two messages. */
  readonly #posted: ConnectionInput[] = [];
  readonly #timers: LifeTimers;
  readonly #activity = new ActivityWatch();
  #wake: () => void = () => undefined;
  #state: ConnectionState;
  #statementCount = 0;
  #session: SqlSession | undefined;
  #connection: OpenConnection | undefined;
  #forgetCancelKey: () => void = () => undefined;
  #closeReason = "the connection was lost";

  constructor(transport: Transport, start: ConnectionStart, environment: ConnectionEnvironment) {
    this.#transport = transport;
    this.#environment = environment;
    this.#state = { kind: "AwaitingStartup", ...start };
    this.#client = new ClientInput(transport, environment.maxMessageBytes);
    this.#facts = {
      sessionId: environment.newSessionId(),
      clientAddress: transport.clientAddress,
      receivedAt: environment.clock.now(),
      explainsErrors: environment.explainsErrors,
      limits: environment.sessionLimits ?? DSQL_SESSION_LIMITS,
    };
    this.#timers = new LifeTimers(environment.clock, this.#facts.limits, {
      onSessionDeadline: () => this.#onDeadline("session-deadline"),
      onTransactionDeadline: () => this.#onDeadline("transaction-deadline"),
    });
  }

  get connection(): OpenConnection | undefined {
    return this.#connection;
  }

  post(input: ConnectionInput): void {
    this.#posted.push(input);
    this.#wake();
  }

  interrupt(): void {
    this.#session?.cancel();
  }

  abort(): void {
    this.#transport.destroy();
    this.#abandon();
  }

  async run(): Promise<void> {
    const deadline = setTimeout(() => {
      this.post({ kind: "startup-deadline" });
    }, this.#environment.startupTimeoutMs);
    let farewell: NodeJS.Timeout | undefined;
    const onActivity = (): void => {
      this.#wake();
      if (!this.#transport.hasEnded) return;
      farewell ??= setTimeout(() => {
        this.#abandon();
      }, ABANDONED_STATEMENT_MS);
    };
    this.#transport.onActivity(onActivity);
    // What has happened before was told to nobody.
    onActivity();
    try {
      await this.#converse();
    } catch (error) {
      this.#closeReason = "an error in the emulator";
      this.#environment.onInternalError(error, this.#facts.sessionId);
    } finally {
      clearTimeout(deadline);
      clearTimeout(farewell);
      await this.#free();
    }
  }

  /** Ends the connection, whatever it does; resolves when the client has been told or given up. */
  async #terminate(reason: string): Promise<void> {
    if (this.#activity.state === "over") return;
    this.post({ kind: "termination", reason });
    await this.#cutOff();
  }

  /** What runs for the client is cancelled; a client that does not read is left. */
  async #cutOff(): Promise<void> {
    this.#session?.cancel();
    const timer = setTimeout(() => {
      this.abort();
    }, LAST_WORDS_MS);
    while (this.#activity.state !== "over") await this.#activity.untilRest();
    clearTimeout(timer);
  }

  /** What runs is let be, unless both the session and its transaction are too old. */
  async #onDeadline(kind: "session-deadline" | "transaction-deadline"): Promise<void> {
    const isDone = this.#deliver({ kind });
    const isExpired =
      ("isExpired" in this.#state && this.#state.isExpired) ||
      this.#posted.some((input) => input.kind === "session-deadline");
    if (isExpired && this.#timers.isTransactionTooOld() && this.#activity.state === "busy") {
      void this.#cutOff();
    }
    return isDone;
  }

  /**
   * Gives an input. Resolves when it has been dealt with, if the connection is at rest; else at once,
   * since what runs may take its time, and may wait for other connections.
   */
  async #deliver(input: ConnectionInput): Promise<void> {
    this.post(input);
    if (this.#activity.state === "at-rest") await this.#activity.untilRest();
  }

  /** A client that is gone must not keep the engine busy, nor its transaction open. */
  #abandon(): void {
    // What it has sent and what has not begun is dropped: a posted input comes first.
    this.post({ kind: "end-of-input" });
    this.#session?.cancel();
  }

  async #converse(): Promise<void> {
    let pending: ConnectionInput | undefined;
    while (this.#state.kind !== "Closed") {
      const input = pending ?? this.#takeInput() ?? (await this.#waitForInput());
      const { state, effects } = this.#step(input);
      this.#state = state;
      this.#timers.follow(state);
      pending = undefined;
      for (const effect of effects) {
        const result = this.#perform(effect);
        pending = result instanceof Promise ? await result : result;
      }
    }
  }

  #step(input: ConnectionInput): ReturnType<typeof transition> {
    try {
      return transition(this.#state, input, this.#facts);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      const violation: ConnectionInput = { kind: "protocol-violation", violation: error };
      return transition(this.#state, violation, this.#facts);
    }
  }

  /** What can be had without waiting. */
  #takeInput(): ConnectionInput | undefined {
    const posted = this.#posted.shift();
    if (posted !== undefined) return posted;
    return this.#client.next(this.#state, this.#timers.transactionSeconds());
  }

  async #waitForInput(): Promise<ConnectionInput> {
    for (;;) {
      const activity = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const input = this.#takeInput();
      if (input !== undefined) return input;
      this.#activity.rests();
      await activity;
      this.#activity.goesOn();
    }
  }

  /** @returns what it has led to, if anything */
  #perform(
    effect: ConnectionEffect,
  ): Promise<ConnectionInput | undefined> | ConnectionInput | undefined {
    const { authorizer, cancelKeys } = this.#environment;
    switch (effect.kind) {
      case "send": {
        // The engine was lost in the middle of a message: what is sent now would be taken for its data.
        if (!this.#answer.isBetweenMessages) return undefined;
        const sent = this.#transport.write(effect.bytes);
        // The last words wait for nobody: the transport ends in its own time.
        return this.#state.kind === "Closed" ? undefined : sent?.then(() => undefined);
      }
      case "start-tls":
        return this.#startTls();
      case "admit":
        return authorizer
          .admit(effect.attempt)
          .then((verdict) => ({ kind: "admission-decided", verdict }));
      case "authorize":
        return authorizer
          .authorize(effect.admission, effect.password)
          .then((verdict) => ({ kind: "authorization-decided", verdict }));
      case "open-session":
        return this.#openSession(effect);
      case "run":
        return this.#run(effect);
      case "start-copy-in":
        this.#statementCount += effect.statementCount;
        return this.#requireSession()
          .startCopyIn(effect.batch, (chunk) => this.#forward(chunk))
          .then((start) => ({ kind: "copy-started", start }));
      case "cancel":
        cancelKeys.cancel(effect.processId, effect.secretKey);
        return undefined;
      case "close":
        this.#closeReason = effect.reason;
        return undefined;
      default:
        return assertNever(effect, "connection effect");
    }
  }

  async #startTls(): Promise<ConnectionInput> {
    // SPEC: bytes in clear behind SSLRequest could be somebody else's; PostgreSQL refuses them too.
    if (this.#client.hasUnread()) {
      const violation = new ProtocolViolation("received unencrypted data after SSL request");
      return { kind: "protocol-violation", violation };
    }
    try {
      const { serverName } = await this.#transport.startTls();
      return { kind: "tls-established", serverName };
    } catch (error) {
      return { kind: "tls-failed", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async #openSession({
    authorization,
    settings,
  }: Extract<ConnectionEffect, { readonly kind: "open-session" }>): Promise<ConnectionInput> {
    const { engines, observer, cancelKeys, requiresRoleMappings } = this.#environment;
    let session: SqlSession;
    try {
      const engine = engines.engineOf(authorization.cluster);
      session = await engine.openSession({
        databaseRole: authorization.databaseRole,
        settings,
        identity: this.#identityOf(authorization),
        requiresMapping: requiresRoleMappings,
      });
    } catch (error) {
      if (error instanceof SessionStartError) {
        return { kind: "session-refused", sqlState: error.sqlState, message: error.message };
      }
      this.#environment.onInternalError(error, this.#facts.sessionId);
      // DSQL's words for trouble on its side; clients may try again.
      return { kind: "session-refused", sqlState: "XX000", message: "server unavailable" };
    }
    this.#session = session;
    void session.lost.then((reason) => {
      this.post({ kind: "engine-lost", reason });
    });
    const { processId, parameters } = session;
    const secretKey = this.#environment.newSecretKey();
    this.#forgetCancelKey = cancelKeys.add(processId, secretKey, () => {
      session.cancel();
    });
    this.#connection = {
      sessionId: this.#facts.sessionId,
      authorization,
      clientAddress: this.#transport.clientAddress,
      applicationName: parameters.get("application_name") ?? "",
      processId,
      openedAt: this.#timers.begin(),
      handle: {
        live: () => this.#timers.describe(this.#state, this.#statementCount),
        end: (reason) => this.#terminate(reason),
      },
    };
    observer.opened(this.#connection);
    return { kind: "session-opened", processId, secretKey, parameters };
  }

  #identityOf({ principal }: Authorization): SessionIdentity | undefined {
    if (principal === undefined) return undefined;
    const principalArn = principal.issuerArn ?? principal.arn;
    return { principalArn, sessionId: this.#facts.sessionId };
  }

  async #run({
    batch,
    watchesErrors,
    statementCount,
    isHidden,
  }: Extract<ConnectionEffect, { readonly kind: "run" }>): Promise<ConnectionInput> {
    this.#statementCount += statementCount;
    const reader = watchesErrors || isHidden ? new BackendFrameReader() : undefined;
    let sawError = false;
    const outcome = await this.#requireSession().run(batch, (chunk) => {
      if (isHidden) {
        this.#forwardSettings(reader?.push(chunk) ?? []);
        return undefined;
      }
      if (reader !== undefined && !sawError) {
        for (const { type } of reader.push(chunk)) sawError ||= type === BACKEND_TYPE.ErrorResponse;
      }
      return this.#forward(chunk);
    });
    return { kind: "batch-ended", outcome, sawError };
  }

  /** Passes on what the engine answers. */
  #forward(chunk: Uint8Array): Promise<void> | undefined {
    this.#answer.push(chunk);
    return this.#transport.write(chunk);
  }

  /** Of an answer that the client did not ask for, it gets what settings have become. */
  #forwardSettings(frames: Iterable<BackendFrame>): void {
    for (const { type, bytes } of frames) {
      if (type === BACKEND_TYPE.ParameterStatus) void this.#forward(bytes);
    }
  }

  #requireSession(): SqlSession {
    if (this.#session === undefined) throw new Error("the connection has no database session");
    return this.#session;
  }

  async #free(): Promise<void> {
    this.#forgetCancelKey();
    this.#timers.end();
    const freed = Promise.all([this.#session?.close(), this.#transport.end()]);
    if (this.#connection !== undefined) {
      this.#environment.observer.closed(this.#connection, this.#closeReason);
    }
    this.#activity.isOver();
    await freed;
    this.#environment.observer.ended(this.#facts.sessionId, {
      clientAddress: this.#transport.clientAddress,
      reason: this.#closeReason,
      bytesReceived: this.#transport.bytesReceived,
    });
  }
}
