/**
 * Numbers of PostgreSQL protocol 3.0 and limits of a server that speaks it.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */

/** Major number of the protocol that is spoken; the specification's. */
export const PROTOCOL_MAJOR = 3;

/** Newest minor number that is spoken, PostgreSQL 16's; newer ones are negotiated down to it. */
export const PROTOCOL_NEWEST_MINOR = 0;

/** "Version" of an SSLRequest, 1234.5679; the specification's. */
export const SSL_REQUEST_CODE = 80_877_103;

/** "Version" of a GSSENCRequest, 1234.5680; the specification's. */
export const GSSENC_REQUEST_CODE = 80_877_104;

/** "Version" of a CancelRequest, 1234.5678; the specification's. */
export const CANCEL_REQUEST_CODE = 80_877_102;

/** Bytes of a typed message's header: its type and its length word. */
export const HEADER_BYTES = 5;

/** Bytes of the length word, which counts itself but not the type byte. */
export const LENGTH_WORD_BYTES = 4;

/** Smallest startup packet: the length word and a version. */
export const MIN_STARTUP_PACKET_BYTES = 8;

/**
 * Largest startup packet, length word included; our choice. PostgreSQL's MAX_STARTUP_PACKET_LENGTH
 * has the same value and leaves the four bytes of the length word out.
 */
export const MAX_STARTUP_PACKET_BYTES = 10_000;

/** Largest length word of a PasswordMessage; PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH. */
export const MAX_PASSWORD_MESSAGE_BYTES = 65_535;

/**
 * Largest length word of a message that has no reason to be long; PostgreSQL's
 * PQ_SMALL_MESSAGE_LIMIT (libpq/libpq.h of the server).
 */
export const MAX_SMALL_MESSAGE_BYTES = 10_000;

/** Start of the names of protocol options in a StartupMessage; the specification's. */
export const PROTOCOL_OPTION_PREFIX = "_pq_.";

/** SQLSTATE protocol_violation. */
export const PROTOCOL_VIOLATION_STATE = "08P01";

/** SQLSTATE feature_not_supported. */
export const FEATURE_NOT_SUPPORTED_STATE = "0A000";

/** SQLSTATE invalid_authorization_specification. */
export const INVALID_AUTHORIZATION_STATE = "28000";
