/**
 * The least that a TLS server of the PostgreSQL protocol can do: TLS 1.3, a password that it does not
 * look at, and an answer to every query that is always the one of `SELECT 1`. It checks nothing and
 * runs nothing, so what it takes to connect to it is what TLS, Node and the client take.
 *
 * `node tls-echo.mjs HOST_NAME CA_FILE` writes its CA certificate to CA_FILE and prints `ready PORT`.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { endWithParent } from "../support/end-with-parent.mjs";
import { issueCertificate } from "./certificate.mjs";

const SSL_REQUEST_BYTES = 8;

const message = (type, ...parts) => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value) =>
  Buffer.from([value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
const text = (value) => Buffer.from(`${value}\0`);

const TYPE_INT4 = 23;
const ASK_FOR_PASSWORD = message("R", int32(3));
const READY = message("Z", Buffer.from("I"));
const ADMITTED = Buffer.concat([message("R", int32(0)), READY]);
const SELECT_1 = Buffer.concat([
  message(
    "T",
    int16(1),
    text("?column?"),
    int32(0),
    int16(0),
    int32(TYPE_INT4),
    int16(4),
    int32(-1),
    int16(0),
  ),
  message("D", int16(1), int32(1), Buffer.from("1")),
  message("C", text("SELECT 1")),
  READY,
]);

/** Answers one connection after its TLS handshake: a start-up message, then typed messages. */
function serve(socket) {
  let rest = Buffer.alloc(0);
  let hasStarted = false;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const headBytes = hasStarted ? 5 : 4;
      if (rest.length < headBytes) return;
      const length = rest.readInt32BE(headBytes - 4) + (hasStarted ? 1 : 0);
      if (length < headBytes) return void socket.destroy();
      if (rest.length < length) return;
      const type = hasStarted ? String.fromCharCode(rest[0]) : "start-up";
      rest = rest.subarray(length);
      hasStarted = true;
      if (type === "start-up") socket.write(ASK_FOR_PASSWORD);
      else if (type === "p") socket.write(ADMITTED);
      else if (type === "Q") socket.write(SELECT_1);
      else return void socket.end();
    }
  });
}

endWithParent();
const [hostName, caFile] = process.argv.slice(2);
const { caCertificate, chain, key } = await issueCertificate(hostName);
writeFileSync(caFile, caCertificate);
const secureContext = createSecureContext({ cert: chain, key, minVersion: "TLSv1.3" });
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.once("data", (request) => {
    if (request.length !== SSL_REQUEST_BYTES) return void socket.destroy();
    socket.write("S");
    serve(new TLSSocket(socket, { isServer: true, secureContext }));
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`ready ${server.address().port}\n`));
