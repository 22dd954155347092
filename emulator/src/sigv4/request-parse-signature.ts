/**
 * From an HTTP request to what its signature says of itself, in either form. What is read here is
 * claimed, not proved.
 */
import { formatAmzDate, parseAmzDate } from "./amz-date.ts";
import type { QueryParameter } from "./auth-token.ts";
import { ALGORITHM, SECURITY_TOKEN_PARAMETER, SIGNATURE_PARAMETER } from "./constants.ts";
import { parseCredentialScope } from "./credential-scope.ts";
import { canonicalHeaders, readRequestQuery, SECURITY_TOKEN_HEADER } from "./request-canonical.ts";
import type {
  RequestFailure,
  RequestSignature,
  SignatureForm,
  SignaturePart,
  SignedRequest,
} from "./request-signature.ts";

/** A request whose signature has the form of one. */
export interface ParsedRequestSignature {
  readonly kind: "parsed";
  readonly signature: RequestSignature;
}

/** A request whose signature is refused. */
export interface RefusedRequest {
  readonly kind: "refused";
  readonly failure: RequestFailure;
}

/** The parts of a signature as texts. */
type SignatureTexts = Partial<Readonly<Record<SignaturePart | "SessionToken", string>>>;

/** Any one of them makes a query a signature. */
const PRESIGNED_MARKS: readonly string[] = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  SIGNATURE_PARAMETER,
];

/** A sign and at most 15 digits (our choice), so that the number is exact. */
const EXPIRES = /^-?\d{1,15}$/;

/** Names in lower case with `;` between them. */
const SIGNED_HEADERS = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:;[!#$%&'*+\-.^_`|~0-9a-z]+)*$/;

/** Reads the signature of a request. */
export function parseRequestSignature(
  request: SignedRequest,
): ParsedRequestSignature | RefusedRequest {
  const query = readRequestQuery(request.rawQuery);
  if (query === undefined) return refuse({ kind: "unreadable-signature", form: "query" });
  const authorization = request.headers.filter(([name]) => name.toLowerCase() === "authorization");
  const isPresigned = query.some(([name]) => PRESIGNED_MARKS.includes(name));
  const [header] = authorization;
  if (header !== undefined && isPresigned) return refuse({ kind: "two-signatures" });
  if (authorization.length > 1) return refuse({ kind: "unreadable-signature", form: "header" });
  if (header !== undefined) return parseHeader(request, header[1].trim(), query);
  return isPresigned ? parseQuery(query) : refuse({ kind: "no-signature" });
}

/** Makes a {@link RefusedRequest}. */
function refuse(failure: RequestFailure): RefusedRequest {
  return { kind: "refused", failure };
}

function parseHeader(
  { headers }: SignedRequest,
  authorization: string,
  query: readonly QueryParameter[],
): ParsedRequestSignature | RefusedRequest {
  const [algorithm = "", rest = ""] = splitOnce(authorization, " ");
  if (algorithm !== ALGORITHM) return refuse({ kind: "unsupported-algorithm", form: "header" });
  const values = new Map<string, string>();
  for (const part of rest.split(",").map((text) => text.trim())) {
    if (part === "") continue;
    const [name = "", value] = splitOnce(part, "=");
    if (value === undefined || values.has(name)) {
      return refuse({ kind: "unreadable-signature", form: "header" });
    }
    if (value !== "") values.set(name, value);
  }
  const signed = canonicalHeaders(headers);
  const texts: SignatureTexts = {
    Algorithm: algorithm,
    ...textOf("Credential", values.get("Credential")),
    ...textOf("SignedHeaders", values.get("SignedHeaders")),
    ...textOf("Signature", values.get("Signature")),
    ...textOf("Date", signed.get("x-amz-date") ?? signed.get("date")),
    ...textOf("SessionToken", signed.get(SECURITY_TOKEN_HEADER)),
  };
  return readTexts("header", texts, query, authorization.length);
}

function parseQuery(query: readonly QueryParameter[]): ParsedRequestSignature | RefusedRequest {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    if (!name.startsWith("X-Amz-")) continue;
    if (values.has(name)) return refuse({ kind: "unreadable-signature", form: "query" });
    if (value !== "") values.set(name, value);
  }
  if (values.get("X-Amz-Algorithm") !== ALGORITHM && values.has("X-Amz-Algorithm")) {
    return refuse({ kind: "unsupported-algorithm", form: "query" });
  }
  const texts: SignatureTexts = {
    ...textOf("Algorithm", values.get("X-Amz-Algorithm")),
    ...textOf("Credential", values.get("X-Amz-Credential")),
    ...textOf("SignedHeaders", values.get("X-Amz-SignedHeaders")),
    ...textOf("Signature", values.get(SIGNATURE_PARAMETER)),
    ...textOf("Date", values.get("X-Amz-Date")),
    ...textOf("Expires", values.get("X-Amz-Expires")),
    ...textOf("SessionToken", values.get(SECURITY_TOKEN_PARAMETER)),
  };
  return readTexts("query", texts, query, 0);
}

const REQUIRED: Readonly<Record<SignatureForm, readonly SignaturePart[]>> = {
  header: ["Credential", "Signature", "SignedHeaders", "Date"],
  query: ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date", "Expires"],
};

function readTexts(
  form: SignatureForm,
  texts: SignatureTexts,
  queryParameters: readonly QueryParameter[],
  headerCharacters: number,
): ParsedRequestSignature | RefusedRequest {
  const { Credential = "", SignedHeaders = "", Signature = "", Date: date = "" } = texts;
  const missing = REQUIRED[form].filter((part) => texts[part] === undefined);
  if (missing.length > 0) {
    return refuse({ kind: "incomplete-signature", form, missing, headerCharacters });
  }
  const scope = parseCredentialScope(Credential);
  if (scope.kind === "malformed") return refuse({ kind: "malformed-credential" });
  const signedAt = parseAmzDate(date) ?? (form === "header" ? parseHttpDate(date) : undefined);
  if (signedAt === undefined) return refuse({ kind: "malformed-date" });
  const signedHeaders = SignedHeaders.split(";");
  if (!SIGNED_HEADERS.test(SignedHeaders) || !isSortedSet(signedHeaders)) {
    return refuse({ kind: "malformed-signed-headers" });
  }
  const { Expires: expires, SessionToken: sessionToken } = texts;
  if (expires !== undefined && !EXPIRES.test(expires)) return refuse({ kind: "malformed-expires" });
  const signature: RequestSignature = {
    form,
    credential: scope.credential,
    signedHeaders,
    signedAt,
    amzDate: formatAmzDate(signedAt),
    ...(expires === undefined ? {} : { expiresInSeconds: Number(expires) }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    signature: Signature,
    queryParameters,
  };
  return { kind: "parsed", signature };
}

/** The moment of a `Date` header in the one form that HTTP still allows to be sent. */
function parseHttpDate(text: string): Date | undefined {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toUTCString() === text ? date : undefined;
}

function isSortedSet(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
}

function textOf(part: keyof SignatureTexts, value: string | undefined): SignatureTexts {
  return value === undefined || value === "" ? {} : { [part]: value };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const position = text.indexOf(separator);
  return position === -1
    ? [text]
    : [text.slice(0, position), text.slice(position + separator.length)];
}
