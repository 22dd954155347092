/**
 * A client that speaks PostgreSQL's protocol on a real socket, one phase at a time and only what a
 * test tells it to. Answers are lines of text as `traceBackend` writes them.
 */
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import {
  BACKEND_TYPE,
  type BackendFrame,
  BackendFrameReader,
  type BackendTypeName,
  traceBackend,
} from "../../src/pgwire/index.ts";

/** The last line of `receiveRest`: how the connection ended for the client. */
export const CLOSED = "closed";
export const RESET = "reset";

/** A client on one connection. */
export class WireClient {
  readonly raw: Socket;
  #socket: Socket;
  #chunks: Buffer[] = [];
  #reader = new BackendFrameReader();
  #frames: BackendFrame[] = [];
  #ending: string | undefined;
  #wake: () => void = () => undefined;
  #detach: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.raw = socket;
    this.#socket = socket;
    this.#attach(socket);
  }

  /** Opens the TCP connection. It stays half-open when the server ends its side. */
  static async dial(port: number): Promise<WireClient> {
    const socket = connectSocket({ host: "127.0.0.1", port, allowHalfOpen: true });
    socket.setNoDelay(true);
    await once(socket, "connect");
    return new WireClient(socket);
  }

  /** Port of the client's side. */
  get localPort(): number | undefined {
    return this.raw.localPort;
  }

  /** Bytes that were given to `send` and that the system has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Sends the pieces in one segment, as far as they fit. */
  send(...pieces: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(pieces));
  }

  /** Sends every byte on its own, each when the system has taken the one before. */
  async trickle(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      await new Promise<void>((resolve) => {
        this.#socket.write(Uint8Array.of(byte), () => {
          setImmediate(resolve);
        });
      });
    }
  }

  /** The next byte, as a letter: the answer to SSLRequest. `closed` or `reset` when there is none. */
  async receiveByte(): Promise<string> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined && chunk.length > 0) {
        if (chunk.length > 1) this.#chunks.unshift(chunk.subarray(1));
        return String.fromCharCode(chunk[0] ?? 0);
      }
      if (this.#ending !== undefined) return this.#ending;
      await this.#activity();
    }
  }

  /** Messages up to the next one of this type. */
  async receiveUntil(type: BackendTypeName): Promise<string[]> {
    return (await this.receiveFramesUntil(type)).map(traceLine);
  }

  /**
   * The same, as frames.
   *
   * @throws Error with what there was when the connection ends before that
   */
  async receiveFramesUntil(type: BackendTypeName): Promise<BackendFrame[]> {
    const frames: BackendFrame[] = [];
    for (;;) {
      const frame = await this.#nextFrame();
      if (frame === undefined) {
        const lines = [...frames.map(traceLine), this.#ending ?? ""];
        throw new Error(`the connection ended before ${type}:\n${lines.join("\n")}`);
      }
      frames.push(frame);
      if (frame.type === BACKEND_TYPE[type]) return frames;
    }
  }

  /** All messages to the end of the connection, and how it ended; closes the client's side then. */
  async receiveRest(): Promise<string[]> {
    const lines: string[] = [];
    for (let frame = await this.#nextFrame(); frame; frame = await this.#nextFrame()) {
      lines.push(traceLine(frame));
    }
    if (this.#reader.bufferedBytes > 0) lines.push(`B incomplete: ${this.#reader.bufferedBytes}`);
    this.#socket.end();
    return [...lines, this.#ending ?? ""];
  }

  /** Becomes encrypted. @throws Error when the handshake fails */
  async startTls(options: ConnectionOptions): Promise<TLSSocket> {
    this.#detach();
    const socket = connectTls({ ...options, socket: this.raw });
    this.#socket = socket;
    this.#attach(socket);
    await once(socket, "secureConnect");
    return socket;
  }

  /** Stops to read, so that the system's buffers fill. */
  pauseReading(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resumeReading(): void {
    this.#socket.resume();
  }

  /** Closes the client's side and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Vanishes with RST. */
  async reset(): Promise<void> {
    const closed = this.raw.closed ? undefined : once(this.raw, "close");
    this.raw.resetAndDestroy();
    await closed;
  }

  /** Closes the connection. */
  destroy(): void {
    this.#socket.destroy();
    this.raw.destroy();
  }

  async #nextFrame(): Promise<BackendFrame | undefined> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) this.#frames = [...this.#reader.push(chunk)];
      else if (this.#ending === undefined) await this.#activity();
      else return undefined;
    }
  }

  #activity(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #attach(socket: Socket): void {
    const onData = (chunk: Buffer): void => {
      this.#chunks.push(chunk);
      this.#wake();
    };
    const onEnding = (ending: string) => (): void => {
      this.#ending ??= ending;
      this.#wake();
    };
    const onEnd = onEnding(CLOSED);
    const onError = onEnding(RESET);
    socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onError);
    this.#detach = () => {
      socket.off("data", onData).off("end", onEnd).off("close", onError);
    };
  }
}

/** One line; what is different in every run is left out. */
function traceLine({ bytes }: BackendFrame): string {
  return traceBackend(bytes)
    .join("\n")
    .replace(/Session Id: [a-z2-7]{26}/, "Session Id: <26 characters>");
}
