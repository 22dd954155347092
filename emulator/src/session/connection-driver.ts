/**
 * Drives one connection: feeds the transition function with what the client, the authorizer and the
 * engine say, and does what it wants done, one thing after the other.
 */
import type { ConnectionAuthorizer } from "../auth/index.ts";
import {
  BACKEND_TYPE,
  BackendFrameReader,
  decodeFrontendMessage,
  decodePasswordMessage,
  decodeStartupPacket,
  FrameDecoder,
  ProtocolViolation,
} from "../pgwire/index.ts";
import { assertNever, type Clock } from "../shared/index.ts";
import { AnswerBoundary } from "./answer-boundary.ts";
import type { CancelKeys } from "./cancel-keys.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";
import {
  type ConnectionObserver,
  type EngineDirectory,
  type OpenConnection,
  SessionStartError,
  type SqlSession,
} from "./ports.ts";
import { type ConnectionFacts, transition } from "./transition.ts";
import type { Transport } from "./transport.ts";

/** How long a statement goes on whose client has closed the connection, in milliseconds. Our choice. */
const ABANDONED_STATEMENT_MS = 500;

/** What all connections of an emulator share. */
export interface ConnectionEnvironment {
  readonly authorizer: ConnectionAuthorizer;
  readonly engines: EngineDirectory;
  readonly observer: ConnectionObserver;
  readonly cancelKeys: CancelKeys;
  readonly clock: Clock;
  readonly explainsErrors: boolean;
  /** Largest message that a client may send, in bytes. */
  readonly maxMessageBytes: number;
  /** Time from the connection to the end of authentication, in milliseconds. */
  readonly startupTimeoutMs: number;
  /** 26 characters, never the same twice. */
  newSessionId(): string;
  /** 32 random bits, as a signed number. */
  newSecretKey(): number;
  /** Told of a bug or a broken part of the emulator; connections go on. */
  onInternalError(error: unknown, sessionId: string): void;
}

/** How a connection begins: in clear, or already encrypted (direct TLS). */
export type ConnectionStart = Pick<
  Extract<ConnectionState, { readonly kind: "AwaitingStartup" }>,
  "isEncrypted" | "serverName"
>;

/** One connection under way. */
export interface RunningConnection {
  /** Resolves when the connection is closed and everything of it is freed; never rejects. */
  readonly finished: Promise<void>;
  /** Tells the client that the emulator stops, when it waits for a message, and closes. */
  shutDown(): void;
  /** Cancels what runs for the client, as a CancelRequest does. */
  interrupt(): void;
  /** Closes at once; what runs for the client is cancelled. */
  abort(): void;
}

/** Starts to serve a client. */
export function driveConnection(
  transport: Transport,
  start: ConnectionStart,
  environment: ConnectionEnvironment,
): RunningConnection {
  const driver = new ConnectionDriver(transport, start, environment);
  return {
    finished: driver.run(),
    shutDown: () => {
      driver.post({ kind: "shutdown" });
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
  readonly #decoder: FrameDecoder;
  /** Of what the engine has sent to the client. */
  readonly #answer = new AnswerBoundary();
  /** What comes from outside of the conversation; looked at between two messages. */
  readonly #posted: ConnectionInput[] = [];
  #wake: () => void = () => undefined;
  #state: ConnectionState;
  #session: SqlSession | undefined;
  #connection: OpenConnection | undefined;
  #forgetCancelKey: () => void = () => undefined;
  #closeReason = "the connection was lost";

  constructor(transport: Transport, start: ConnectionStart, environment: ConnectionEnvironment) {
    this.#transport = transport;
    this.#environment = environment;
    this.#state = { kind: "AwaitingStartup", ...start };
    this.#decoder = new FrameDecoder({ maxMessageBytes: environment.maxMessageBytes });
    this.#facts = {
      sessionId: environment.newSessionId(),
      clientAddress: transport.clientAddress,
      receivedAt: environment.clock.now(),
      explainsErrors: environment.explainsErrors,
    };
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
    try {
      return this.#decode();
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      return { kind: "protocol-violation", violation: error };
    }
  }

  #decode(): ConnectionInput | undefined {
    for (;;) {
      const input = this.#decodeBuffered();
      if (input !== undefined) return input;
      const bytes = this.#transport.read();
      if (bytes === undefined) break;
      this.#decoder.push(bytes);
    }
    return this.#transport.hasEnded ? { kind: "end-of-input" } : undefined;
  }

  #decodeBuffered(): ConnectionInput | undefined {
    switch (this.#state.kind) {
      case "AwaitingStartup": {
        const packet = this.#decoder.nextStartupPacket();
        if (packet === undefined) return undefined;
        return { kind: "startup-packet", packet: decodeStartupPacket(packet) };
      }
      case "AwaitingPassword": {
        const frame = this.#decoder.nextFrame("password");
        if (frame === undefined) return undefined;
        return { kind: "password", password: decodePasswordMessage(frame) };
      }
      default: {
        const frame = this.#decoder.nextFrame("any");
        if (frame === undefined) return undefined;
        return { kind: "message", frame, message: decodeFrontendMessage(frame) };
      }
    }
  }

  async #waitForInput(): Promise<ConnectionInput> {
    for (;;) {
      const activity = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const input = this.#takeInput();
      if (input !== undefined) return input;
      await activity;
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
    if (this.#decoder.bufferedBytes > 0 || this.#transport.read() !== undefined) {
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
    const { engines, observer, cancelKeys, clock } = this.#environment;
    let session: SqlSession;
    try {
      const engine = engines.engineOf(authorization.cluster);
      session = await engine.openSession({ databaseRole: authorization.databaseRole, settings });
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
      openedAt: clock.now(),
    };
    observer.opened(this.#connection);
    return { kind: "session-opened", processId, secretKey, parameters };
  }

  async #run({
    batch,
    watchesErrors,
  }: Extract<ConnectionEffect, { readonly kind: "run" }>): Promise<ConnectionInput> {
    const reader = watchesErrors ? new BackendFrameReader() : undefined;
    let sawError = false;
    const outcome = await this.#requireSession().run(batch, (chunk) => {
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

  #requireSession(): SqlSession {
    if (this.#session === undefined) throw new Error("the connection has no database session");
    return this.#session;
  }

  async #free(): Promise<void> {
    this.#forgetCancelKey();
    await Promise.all([this.#session?.close(), this.#transport.end()]);
    if (this.#connection !== undefined) {
      this.#environment.observer.closed(this.#connection, this.#closeReason);
    }
    this.#environment.observer.ended(this.#facts.sessionId, {
      clientAddress: this.#transport.clientAddress,
      reason: this.#closeReason,
    });
  }
}
