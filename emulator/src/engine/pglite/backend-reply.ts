/** Reads the few facts that the engine itself needs from an answer of PostgreSQL. */

const TYPE_READY_FOR_QUERY = 0x5a;
const TYPE_ERROR_RESPONSE = 0x45;
const TYPE_DATA_ROW = 0x44;
const HEADER_BYTES = 5;

/** Bytes of a ReadyForQuery message, which is the last message of an answer. */
export const READY_FOR_QUERY_BYTES = 6;

/** The fields of an ErrorResponse that say what went wrong. */
export interface ServerError {
  readonly sqlState: string;
  readonly message: string;
}

/** Status that the last bytes of an answer report; undefined when they are no ReadyForQuery. */
export function readyForQueryStatus(tail: Uint8Array): "I" | "T" | "E" | undefined {
  const last = tail.subarray(-READY_FOR_QUERY_BYTES);
  if (last.length < READY_FOR_QUERY_BYTES || last[0] !== TYPE_READY_FOR_QUERY) return undefined;
  if (last[1] !== 0 || last[2] !== 0 || last[3] !== 0 || last[4] !== 5) return undefined;
  switch (last[5]) {
    case 0x49:
      return "I";
    case 0x54:
      return "T";
    case 0x45:
      return "E";
    default:
      return undefined;
  }
}

/** The first ErrorResponse of a complete answer. */
export function findServerError(answer: Uint8Array): ServerError | undefined {
  const body = firstBody(answer, TYPE_ERROR_RESPONSE);
  if (body === undefined) return undefined;
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .filter((field) => field !== "")
      .map((field) => [field.slice(0, 1), field.slice(1)] as const),
  );
  return { sqlState: fields.get("C") ?? "XX000", message: fields.get("M") ?? "" };
}

/** The first column of the first DataRow of a complete answer, as text; undefined without a row. */
export function firstValue(answer: Uint8Array): string | undefined {
  const body = firstBody(answer, TYPE_DATA_ROW);
  if (body === undefined) return undefined;
  const length = body.readInt32BE(2);
  return length < 0 ? undefined : body.toString("utf8", 6, 6 + length);
}

function firstBody(answer: Uint8Array, type: number): Buffer | undefined {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const end = offset + 1 + bytes.readInt32BE(offset + 1);
    if (bytes[offset] === type) return bytes.subarray(offset + HEADER_BYTES, end);
    offset = end;
  }
  return undefined;
}
