/** A `Transport` on a TCP socket, which can be turned into a TLS one. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Transport } from "../session/index.ts";

/** Bytes that are read ahead of the driver before the socket is paused. Our choice. */
const READ_AHEAD_BYTES = 256 * 1024;
/** Time that a client has to take the last bytes, in milliseconds. Our choice. */
const END_TIMEOUT_MS = 3_000;
/** The protocol name of PostgreSQL in ALPN, which direct TLS must offer. */
export const ALPN_PROTOCOL = "postgresql";

/** Finds the certificate for a server name, or the default one. */
export type FindSecureContext = (serverName: string | undefined) => Promise<SecureContext>;

/** A byte stream to a client. */
export class SocketTransport implements Transport {
  readonly clientAddress: string;
  readonly #findSecureContext: FindSecureContext;
  readonly #handshakeTimeoutMs: number;
  /** As it came, below TLS. */
  readonly #raw: Socket;
  #socket: Socket;
  #listener: () => void = () => undefined;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #hasEnded = false;
  #isPaused = false;
  /** Called when the client has read, or is gone. */
  #drained: (() => void)[] = [];
  #detach: () => void = () => undefined;

  /** @param handshakeTimeoutMs time that a TLS handshake may take, in milliseconds */
  constructor(socket: Socket, findSecureContext: FindSecureContext, handshakeTimeoutMs: number) {
    this.#raw = socket;
    this.#socket = socket;
    this.#findSecureContext = findSecureContext;
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.clientAddress = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "unknown";
    socket.setNoDelay(true);
    this.#attach(socket);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get bytesReceived(): number {
    return this.#raw.bytesRead;
  }

  onActivity(listener: () => void): void {
    this.#listener = listener;
  }

  /** The first byte that has arrived and not been read. */
  peekFirstByte(): number | undefined {
    return this.#chunks[0]?.[0];
  }

  read(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#bufferedBytes -= chunk.length;
    if (this.#isPaused && this.#bufferedBytes < READ_AHEAD_BYTES) {
      this.#isPaused = false;
      this.#socket.resume();
    }
    return chunk;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return undefined;
    if (socket.write(bytes)) return undefined;
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  async startTls(): Promise<{ readonly serverName: string | undefined }> {
    return this.#becomeTls(this.#socket);
  }

  /** Encryption from the first byte on (direct TLS); nothing has been read yet but can be un-read. */
  async startDirectTls(): Promise<{ readonly serverName: string | undefined }> {
    const { serverName, alpnProtocol } = await this.#becomeTls(this.#socket);
    // SPEC: without SSLRequest the client must say by ALPN that it speaks PostgreSQL's protocol.
    if (alpnProtocol === ALPN_PROTOCOL) return { serverName };
    throw new Error("direct TLS without the ALPN protocol `postgresql`");
  }

  async end(): Promise<void> {
    const socket = this.#socket;
    if (!socket.destroyed) {
      const timer = setTimeout(() => socket.destroy(), END_TIMEOUT_MS);
      const closed = new Promise<void>((resolve) => {
        socket.once("close", () => {
          resolve();
        });
      });
      // What the client still sends is of no interest, but unread it would keep the socket open.
      this.#chunks = [];
      socket.removeAllListeners("data");
      socket.on("data", () => undefined);
      socket.resume();
      // Both sides are done when the answer is out and the client has closed its side.
      const closeWhenDone = (): void => {
        if (this.#hasEnded && socket.writableFinished) socket.destroy();
      };
      socket.once("end", closeWhenDone);
      socket.end(closeWhenDone);
      await closed;
      clearTimeout(timer);
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #becomeTls(raw: Socket): Promise<{
    readonly serverName: string | undefined;
    readonly alpnProtocol: string | false | null;
  }> {
    const secureContext = await this.#findSecureContext(undefined);
    // The end of the client's side that comes before this would never be told to the new socket.
    if (this.#hasEnded) throw new Error("the client is gone");
    this.#detach();
    this.#unreadInto(raw);
    const tlsSocket = new TLSSocket(raw, {
      isServer: true,
      secureContext,
      ALPNProtocols: [ALPN_PROTOCOL],
      SNICallback: (serverName, callback) => {
        this.#findSecureContext(serverName).then(
          (context) => {
            callback(null, context);
          },
          (error: unknown) => {
            callback(error instanceof Error ? error : new Error(String(error)));
          },
        );
      },
    });
    // Node tells a server's socket of broken records by this event alone, and leaves it open.
    tlsSocket.on("_tlsError", () => tlsSocket.destroy());
    const timer = setTimeout(() => tlsSocket.destroy(), this.#handshakeTimeoutMs);
    this.#socket = tlsSocket;
    this.#attach(tlsSocket);
    try {
      await Promise.race([once(tlsSocket, "secure"), rejectOnEnd(tlsSocket)]);
    } catch (error) {
      tlsSocket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    // Node has the name on the socket but not in its types.
    const { servername } = tlsSocket as { servername?: string | false | null };
    const serverName = typeof servername === "string" && servername !== "" ? servername : undefined;
    return { serverName, alpnProtocol: tlsSocket.alpnProtocol };
  }

  /** What has arrived belongs to the handshake. */
  #unreadInto(raw: Socket): void {
    for (const chunk of this.#chunks.reverse()) raw.unshift(chunk);
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#isPaused = false;
  }

  #attach(socket: Socket): void {
    const onData = (chunk: Buffer): void => {
      this.#chunks.push(chunk);
      this.#bufferedBytes += chunk.length;
      if (this.#bufferedBytes >= READ_AHEAD_BYTES) {
        this.#isPaused = true;
        socket.pause();
      }
      this.#listener();
    };
    const onDrain = (): void => {
      for (const resolve of this.#drained.splice(0)) resolve();
    };
    const onEnd = (): void => {
      this.#hasEnded = true;
      onDrain();
      this.#listener();
    };
    // Errors are followed by `close`; a client that vanishes is no error of ours.
    const onError = (): void => undefined;
    socket.on("data", onData).on("drain", onDrain).on("end", onEnd).on("close", onEnd);
    socket.on("error", onError);
    this.#detach = () => {
      socket.off("data", onData).off("drain", onDrain).off("end", onEnd).off("close", onEnd);
      socket.pause();
    };
  }
}

function rejectOnEnd(socket: TLSSocket): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onEnd = (): void => {
      reject(new Error("the client closed the connection during the TLS handshake"));
    };
    socket.once("end", onEnd).once("close", onEnd);
  });
}
