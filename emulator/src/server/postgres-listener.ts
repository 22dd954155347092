/** The TCP port of the emulated clusters: makes a connection of each socket. */
import { createServer, type Server, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import {
  type ConnectionEnvironment,
  driveConnection,
  type RunningConnection,
} from "../session/index.ts";
import { type FindSecureContext, SocketTransport } from "./socket-transport.ts";

/** First byte of a TLS ClientHello: the record type `handshake`. */
const TLS_HANDSHAKE_RECORD = 0x16;
/** Idle time after which TCP asks whether the client is still there, in milliseconds. Our choice. */
const KEEP_ALIVE_MS = 30_000;
/**
 * Time for running statements to end when the emulator stops, in milliseconds. Our choice: with the time below, and half
 * a second in which engines write what they have, a stop takes less than two seconds.
 */
const DEFAULT_GRACE_MS = 500;
/** Time for an interrupted statement to end and for its client to hear why, in milliseconds. Our choice. */
const INTERRUPTED_GRACE_MS = 500;
/** Longest time that a TLS handshake may take, in milliseconds. Our choice. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** What the listener is made from. */
export interface PostgresListenerOptions {
  readonly environment: ConnectionEnvironment;
  readonly findSecureContext: FindSecureContext;
}

/** Where the listener listens. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
}

/** A listener that may serve clients. */
export interface PostgresListener {
  /**
   * Starts to listen; port 0 is any free one.
   *
   * @throws Error with the system's code (`EADDRINUSE` …) when it cannot
   */
  listen(host: string, port: number): Promise<PostgresAddress>;
  /**
   * Ends the sessions of a cluster with FATAL 57P01, whatever they do: it is deleted, say.
   *
   * @param reason in the emulator's words, for the records of the connections
   * @returns how many there were, when all of them are closed
   */
  endSessionsOf(clusterArn: string, reason: string): Promise<number>;
  /** Ends the sessions of all clusters with 57P01; resolves when they are closed. */
  endAllSessions(reason: string): Promise<void>;
  /**
   * Tells the clients that the emulator stops, and closes everything. Statements that run may end
   * within `graceMs`, then they are interrupted; what does not react is cut off.
   */
  stop(graceMs?: number): Promise<void>;
}

/** Makes a listener; it does not listen yet. */
export function createPostgresListener(options: PostgresListenerOptions): PostgresListener {
  const { environment, findSecureContext } = options;
  const connections = new Set<RunningConnection>();
  /** Clients with whom there is no conversation yet. */
  const sockets = new Set<Socket>();
  const handshakeTimeoutMs = Math.min(HANDSHAKE_TIMEOUT_MS, environment.startupTimeoutMs);

  /** A broken certificate looks to the client like any failed handshake, so it is told here. */
  async function findContext(serverName: string | undefined): Promise<SecureContext> {
    try {
      return await findSecureContext(serverName);
    } catch (error) {
      environment.onInternalError(error, environment.newSessionId());
      throw error;
    }
  }

  function serve(
    socket: Socket,
    transport: SocketTransport,
    start: Parameters<typeof driveConnection>[1],
  ): void {
    sockets.delete(socket);
    const connection = driveConnection(transport, start, environment);
    connections.add(connection);
    void connection.finished.then(() => connections.delete(connection));
  }

  async function accept(socket: Socket): Promise<void> {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const transport = new SocketTransport(socket, findContext, handshakeTimeoutMs);
    const first = await firstByte(transport, socket, environment.startupTimeoutMs);
    if (first === undefined) {
      transport.destroy();
    } else if (first === TLS_HANDSHAKE_RECORD) {
      const { serverName } = await transport.startDirectTls();
      serve(socket, transport, { isEncrypted: true, serverName });
    } else {
      serve(socket, transport, { isEncrypted: false, serverName: undefined });
    }
  }

  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    // Whatever goes wrong before there is a conversation has nobody to tell but the socket.
    accept(socket).catch(() => socket.destroy());
  });

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          // Accepting can fail later, when there are no more file descriptors.
          server.on("error", (error) => {
            environment.onInternalError(error, environment.newSessionId());
          });
          const address = server.address();
          const actual = typeof address === "object" && address !== null ? address.port : port;
          resolve({ host, port: actual });
        });
      }),
    endSessionsOf: async (clusterArn, reason) => {
      const sessions = [...connections].flatMap(({ connection }) =>
        connection?.authorization.cluster.arn === clusterArn ? [connection.handle] : [],
      );
      await Promise.all(sessions.map((session) => session.end(reason)));
      return sessions.length;
    },
    endAllSessions: async (reason) => {
      const sessions = [...connections].flatMap(({ connection }) => connection?.handle ?? []);
      await Promise.all(sessions.map((session) => session.end(reason)));
    },
    stop: async (graceMs = DEFAULT_GRACE_MS) => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      for (const socket of sockets) socket.destroy();
      for (const connection of connections) connection.shutDown();
      const interrupt = setTimeout(() => {
        for (const connection of connections) connection.interrupt();
      }, graceMs);
      const abort = setTimeout(() => {
        for (const connection of connections) connection.abort();
      }, graceMs + INTERRUPTED_GRACE_MS);
      await Promise.all([...connections].map(({ finished }) => finished));
      clearTimeout(interrupt);
      clearTimeout(abort);
      await closed;
    },
  };
}

/** The first byte that a client sends; undefined when it sends none in time. */
function firstByte(
  transport: SocketTransport,
  socket: Socket,
  timeoutMs: number,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, timeoutMs);
    const settle = (byte: number | undefined): void => {
      clearTimeout(timer);
      resolve(byte);
    };
    transport.onActivity(() => {
      const byte = transport.peekFirstByte();
      if (byte !== undefined || transport.hasEnded || socket.destroyed) settle(byte);
    });
  });
}
