/** What a client sends, decoded as far as the state of its connection says what it can be. */
import {
  decodeFrontendMessage,
  decodePasswordMessage,
  decodeStartupPacket,
  FrameDecoder,
  ProtocolViolation,
} from "../pgwire/index.ts";
import type { ConnectionInput } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { Transport } from "./transport.ts";

/** The client's side of a transport. */
export class ClientInput {
  readonly #transport: Transport;
  readonly #decoder: FrameDecoder;

  /** @param maxMessageBytes largest message that the client may send */
  constructor(transport: Transport, maxMessageBytes: number) {
    this.#transport = transport;
    this.#decoder = new FrameDecoder({ maxMessageBytes });
  }

  /** Takes what has arrived and says whether there is something that was not decoded. */
  hasUnread(): boolean {
    return this.#decoder.bufferedBytes > 0 || this.#transport.read() !== undefined;
  }

  /**
   * The next packet or message, or why there will be none; `undefined` while more must arrive.
   *
   * @param transactionSeconds age of the open transaction
   */
  next(state: ConnectionState, transactionSeconds: number): ConnectionInput | undefined {
    try {
      for (;;) {
        const input = this.#decode(state, transactionSeconds);
        if (input !== undefined) return input;
        const bytes = this.#transport.read();
        if (bytes === undefined) break;
        this.#decoder.push(bytes);
      }
      return this.#transport.hasEnded ? { kind: "end-of-input" } : undefined;
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      return { kind: "protocol-violation", violation: error };
    }
  }

  #decode(state: ConnectionState, transactionSeconds: number): ConnectionInput | undefined {
    switch (state.kind) {
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
        const message = decodeFrontendMessage(frame);
        return { kind: "message", frame, message, transactionSeconds };
      }
    }
  }
}
