/**
 * From an untyped packet to what it asks for.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
import { ByteReader } from "./byte-reader.ts";
import {
  CANCEL_REQUEST_CODE,
  FEATURE_NOT_SUPPORTED_STATE,
  GSSENC_REQUEST_CODE,
  INVALID_AUTHORIZATION_STATE,
  PROTOCOL_MAJOR,
  PROTOCOL_NEWEST_MINOR,
  PROTOCOL_OPTION_PREFIX,
  SSL_REQUEST_CODE,
} from "./protocol-constants.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** Asks for TLS. */
export interface SSLRequest {
  readonly type: "SSLRequest";
}

/** Asks for GSSAPI encryption. */
export interface GSSENCRequest {
  readonly type: "GSSENCRequest";
}

/** Asks to interrupt what another connection runs; the two numbers are unsigned, of 32 bits. */
export interface CancelRequest {
  readonly type: "CancelRequest";
  readonly processId: number;
  readonly secretKey: number;
}

/** Asks for a session. */
export interface StartupMessage {
  readonly type: "StartupMessage";
  /** Of version 3; one that is greater than 0 is to be answered with NegotiateProtocolVersion. */
  readonly minorVersion: number;
  /**
   * By name as the client wrote it; `user` is there and not empty. The last of several values counts.
   * Bytes that are not UTF-8 are U+FFFD.
   */
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * Names of the protocol options (`_pq_.…`), none of which is known; if there are any, the answer is
   * NegotiateProtocolVersion. They are not in `parameters`.
   */
  readonly unrecognizedOptions: readonly string[];
}

/** What a client may send before any typed message. */
export type StartupPacket = SSLRequest | GSSENCRequest | CancelRequest | StartupMessage;

/**
 * Decodes a packet as `FrameDecoder.nextStartupPacket` returns it.
 *
 * @throws ProtocolViolation with PostgreSQL's words: `0A000` for another major version, `28000`
 *   without a user, else `08P01`
 */
export function decodeStartupPacket(packet: Uint8Array): StartupPacket {
  const reader = new ByteReader(packet, 0);
  if (reader.uint32() !== packet.length) throw invalidLength();
  const code = reader.uint32();
  switch (code) {
    case SSL_REQUEST_CODE:
      if (reader.remaining !== 0) throw invalidLength();
      return { type: "SSLRequest" };
    case GSSENC_REQUEST_CODE:
      if (reader.remaining !== 0) throw invalidLength();
      return { type: "GSSENCRequest" };
    case CANCEL_REQUEST_CODE:
      if (reader.remaining !== 8) throw invalidLength();
      return { type: "CancelRequest", processId: reader.uint32(), secretKey: reader.uint32() };
    default:
      return decodeStartupMessage(code, reader);
  }
}

function decodeStartupMessage(version: number, reader: ByteReader): StartupMessage {
  const major = version >>> 16;
  const minorVersion = version & 0xffff;
  if (major !== PROTOCOL_MAJOR) {
    const supported = `${PROTOCOL_MAJOR}.0 to ${PROTOCOL_MAJOR}.${PROTOCOL_NEWEST_MINOR}`;
    throw new ProtocolViolation(
      `unsupported frontend protocol ${major}.${minorVersion}: server supports ${supported}`,
      FEATURE_NOT_SUPPORTED_STATE,
    );
  }
  const parameters = new Map<string, string>();
  const unrecognizedOptions: string[] = [];
  for (const [name, value] of readParameters(reader)) {
    if (name.startsWith(PROTOCOL_OPTION_PREFIX)) unrecognizedOptions.push(name);
    else parameters.set(name, value);
  }
  if ((parameters.get("user") ?? "") === "") {
    throw new ProtocolViolation(
      "no PostgreSQL user name specified in startup packet",
      INVALID_AUTHORIZATION_STATE,
    );
  }
  return { type: "StartupMessage", minorVersion, parameters, unrecognizedOptions };
}

/** Pairs of strings, then one NUL as the last byte of the packet. */
function readParameters(reader: ByteReader): [name: string, value: string][] {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const body = reader.rest();
  if (body.at(-1) !== 0) throw invalidLayout();
  const strings = new ByteReader(body.subarray(0, -1), 0);
  const pairs: [string, string][] = [];
  while (strings.remaining > 0) {
    const name = readString(strings);
    // An empty name is the terminator, and this one is not at the end.
    if (name.length === 0) throw invalidLayout();
    pairs.push([utf8.decode(name), utf8.decode(readString(strings))]);
  }
  return pairs;
}

function readString(strings: ByteReader): Uint8Array {
  try {
    return strings.stringBytes();
  } catch (error) {
    if (error instanceof ProtocolViolation) throw invalidLayout();
    throw error;
  }
}

function invalidLength(): ProtocolViolation {
  return new ProtocolViolation("invalid length of startup packet");
}

function invalidLayout(): ProtocolViolation {
  return new ProtocolViolation("invalid startup packet layout: expected terminator as last byte");
}
