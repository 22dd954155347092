import { describe, expect, test } from "vitest";
import type { ConnectionAuthorizer } from "../../src/auth/index.ts";
import { createEmulatorClock } from "../../src/clock/index.ts";
import { traceBackend } from "../../src/pgwire/index.ts";
import {
  CancelKeys,
  driveConnection,
  type RunningConnection,
  type Transport,
} from "../../src/session/index.ts";
import { TEST_CLUSTER } from "../fixtures/auth/connection-world.ts";
import { createFakeSqlEngine } from "../support/fake-sql-engine.ts";
import { passwordMessage, query, startupMessage } from "./messages.ts";

/** A transport without a socket: what a socket cannot be made to do at a given moment. */
class FakeTransport implements Transport {
  readonly clientAddress = "127.0.0.1";
  readonly bytesReceived = 0;
  hasEnded = false;
  isDestroyed = false;
  isClosed = false;
  /** Whether the client has stopped to read. */
  isFull = false;
  readonly sent: string[] = [];
  readonly #incoming: Uint8Array[] = [];
  #listener: () => void = () => undefined;

  onActivity(listener: () => void): void {
    this.#listener = listener;
  }

  read(): Uint8Array | undefined {
    return this.#incoming.shift();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    this.sent.push(...traceBackend(bytes));
    return this.isFull ? new Promise<void>(() => undefined) : undefined;
  }

  startTls(): Promise<never> {
    return Promise.reject(new Error("no TLS here"));
  }

  async end(): Promise<void> {
    this.isClosed = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  receive(bytes: Uint8Array): void {
    this.#incoming.push(bytes);
    this.#listener();
  }
}

const admitsEverybody: ConnectionAuthorizer = {
  admit: async (attempt) => ({
    kind: "admitted",
    admission: { attempt, cluster: TEST_CLUSTER, trace: [] },
  }),
  authorize: async () => ({
    kind: "admitted",
    authorization: { cluster: TEST_CLUSTER, databaseRole: "admin", principal: undefined },
  }),
};

const fake = createFakeSqlEngine();

function drive(transport: Transport): RunningConnection {
  return driveConnection(
    transport,
    { isEncrypted: true, serverName: undefined },
    {
      authorizer: admitsEverybody,
      engines: { engineOf: () => fake.engine },
      observer: { opened: () => undefined, closed: () => undefined, ended: () => undefined },
      cancelKeys: new CancelKeys("ignore"),
      clock: createEmulatorClock(),
      explainsErrors: false,
      maxMessageBytes: 10_000,
      startupTimeoutMs: 60_000,
      newSessionId: () => "a".repeat(26),
      newSecretKey: () => 1,
      onInternalError: (error) => {
        throw error;
      },
    },
  );
}

describe("the driver of a connection", () => {
  test("does not wait for a client that does not read its last words", async () => {
    const transport = new FakeTransport();
    const connection = drive(transport);
    transport.isFull = true;
    transport.receive(Buffer.alloc(8));
    await connection.finished;
    expect(transport.sent).toEqual([
      'B ErrorResponse FATAL 08P01 "invalid length of startup packet"',
    ]);
    expect(transport.isClosed).toBe(true);
  });

  test("that is to abort closes and cancels at that moment", async () => {
    const transport = new FakeTransport();
    const connection = drive(transport);
    const opened = fake.nextSession();
    transport.receive(Buffer.concat([startupMessage(), passwordMessage("x"), query("SLEEP")]));
    const session = await opened;
    await session.untilLogged("asleep");
    connection.abort();
    expect(transport.isDestroyed).toBe(true);
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep", "cancel"]);
    await connection.finished;
    expect(session.log.at(-1)).toBe("close");
  });

  test("notices a client that was gone before it began", async () => {
    const transport = new FakeTransport();
    transport.hasEnded = true;
    transport.receive(Buffer.concat([startupMessage(), passwordMessage("x"), query("SLEEP")]));
    const opened = fake.nextSession();
    const connection = drive(transport);
    await (await opened).untilLogged("cancel");
    await connection.finished;
    expect(transport.isClosed).toBe(true);
  });
});
