import { PROTOCOL_VIOLATION_STATE } from "./protocol-constants.ts";

/**
 * Bytes of the peer that break the protocol. The message is PostgreSQL's own, to be sent as the
 * message of a FATAL ErrorResponse before the connection is closed.
 */
export class ProtocolViolation extends Error {
  readonly code = "PROTOCOL_VIOLATION";
  /** SQLSTATE to answer with; `08P01` (protocol_violation) where PostgreSQL has no other. */
  readonly sqlState: string;

  constructor(message: string, sqlState: string = PROTOCOL_VIOLATION_STATE) {
    super(message);
    this.name = "ProtocolViolation";
    this.sqlState = sqlState;
  }
}
