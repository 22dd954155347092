/** What a client sends, as bytes: also what no client should. */

/** An untyped packet: a length word, a 32-bit code, a body. */
export function packet(code: number, body = "", length = 8 + Buffer.byteLength(body)): Buffer {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(body));
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(code, 4);
  bytes.write(body, 8);
  return bytes;
}

/** SSLRequest. */
export const SSL_REQUEST = packet(80_877_103);
/** GSSENCRequest. */
export const GSSENC_REQUEST = packet(80_877_104);

/** CancelRequest; the key is a signed number, as BackendKeyData has it. */
export function cancelRequest(processId: number, secretKey: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(16, 0);
  bytes.writeUInt32BE(80_877_102, 4);
  bytes.writeInt32BE(processId, 8);
  bytes.writeInt32BE(secretKey, 12);
  return bytes;
}

/** StartupMessage of version 3.0, or another one. */
export function startupMessage(
  parameters: Readonly<Record<string, string>> = { user: "admin", database: "postgres" },
  version = 0x0003_0000,
): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  return packet(version, `${pairs.join("")}\0`);
}

/** A typed message; the length word is right unless another one is given. */
export function message(
  type: string,
  body: string | Uint8Array = "",
  length?: number,
): Buffer<ArrayBuffer> {
  const content = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  const header = Buffer.alloc(5, type);
  header.writeUInt32BE(length ?? content.length + 4, 1);
  return Buffer.concat([header, content]);
}

/** PasswordMessage. */
export function passwordMessage(password: string): Buffer {
  return message("p", `${password}\0`);
}

/** Query. */
export function query(sql: string): Buffer {
  return message("Q", `${sql}\0`);
}

/** Parse of the unnamed statement, Bind of the unnamed portal, and Execute of it; no Sync. */
export function extendedQuery(sql: string): Buffer {
  return Buffer.concat([message("P", `\0${sql}\0\0\0`), BIND, EXECUTE]);
}

/** Bind of the unnamed statement to the unnamed portal. */
export const BIND = message("B", "\0\0\0\0\0\0\0\0");
/** Execute of the unnamed portal, all rows. */
export const EXECUTE = message("E", "\0\0\0\0\0");
/** Sync. */
export const SYNC = message("S");
/** Flush. */
export const FLUSH = message("H");
/** CopyDone. */
export const COPY_DONE = message("c");
/** Terminate. */
export const TERMINATE = message("X");
