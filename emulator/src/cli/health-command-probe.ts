/** The first words of every client of PostgreSQL that wants TLS, to see whether anybody answers. */
import { connect } from "node:net";

/**
 * Length 8 and the request code 80877103.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST
 */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
/** `S`: the server is willing to speak TLS. */
const WILLING = "S";

/** What an SSLRequest was answered with. */
export type TlsOffer =
  | { readonly kind: "offered" }
  /** In words, for a person. */
  | { readonly kind: "missing"; readonly problem: string };

/** Sends an SSLRequest and closes the connection after the answer. Never throws. */
export function askForTls(
  address: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<TlsOffer> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (offer: TlsOffer): void => {
      socket.destroy();
      resolve(offer);
    };
    const missing = (problem: string): void => {
      end({ kind: "missing", problem });
    };
    socket.setTimeout(timeoutMs, () => {
      missing(`no answer in ${timeoutMs} ms`);
    });
    socket.once("connect", () => socket.write(SSL_REQUEST));
    socket.once("data", (answer: Buffer) => {
      const text = answer.toString("latin1");
      if (text === WILLING) end({ kind: "offered" });
      else missing(`SSLRequest was answered with ${JSON.stringify(text.slice(0, 20))}`);
    });
    socket.once("end", () => {
      missing("the connection was closed without an answer");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      missing(error.code ?? error.message);
    });
  });
}
