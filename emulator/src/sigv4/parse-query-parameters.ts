/**
 * The query of an auth token, split and decoded once, by the strict rules that make one token one
 * text: URL libraries forgive too much to be used in a verifier.
 */
import {
  type MalformedAuthToken,
  malformed,
  type QueryParameter,
  showValue,
} from "./auth-token.ts";
import { AUTH_TOKEN_PARAMETERS, type AuthTokenParameter } from "./constants.ts";

/** The parameters of a query without fault. */
export interface ParsedQuery {
  readonly kind: "parsed";
  /** Decoded, in the order of the token. */
  readonly parameters: readonly QueryParameter[];
  readonly values: ReadonlyMap<AuthTokenParameter, string>;
}

/** The characters that RFC 3986 allows in a query; `#`, white space and control characters are none of them. */
const QUERY_CHARACTERS = /^[\w\-.~!$&'()*+,;=:@/?%]*$/;

/**
 * An escape that does not stand for printable ASCII in upper-case hex. Nothing else occurs in a
 * correct token; a decoded NUL or line feed would go on into wire messages and log lines.
 */
const REFUSED_ESCAPE = /%(?![2-6][0-9A-F]|7[0-9A-E])/;

const KNOWN: ReadonlySet<string> = new Set(AUTH_TOKEN_PARAMETERS);

/**
 * Splits and decodes the text after the first `?`.
 *
 * Refused are: characters that a query cannot have; escapes that are cut off, in lower-case hex, or
 * of anything but printable ASCII; a part without `=`, name or value; a name that no auth token has
 * (so also every unsigned or signed extra parameter, and a name with escapes); a name that comes
 * twice. Reserved characters may stand unescaped, and `+` is a plus. The order is free.
 */
export function parseQueryParameters(query: string): ParsedQuery | MalformedAuthToken {
  if (!QUERY_CHARACTERS.test(query)) {
    return malformed(
      "invalid-character",
      "the query has white space, `#`, a control character or another character that must be percent-encoded: pass the token on without adding to it",
    );
  }
  if (REFUSED_ESCAPE.test(query)) {
    return malformed(
      "invalid-escape",
      "a percent-escape must be two upper-case hex digits and stand for a printable ASCII character",
    );
  }
  const parameters: QueryParameter[] = [];
  const values = new Map<AuthTokenParameter, string>();
  // INVARIANT: the loop ends before the limit cuts a part off, since one more part than there are names is unknown or a duplicate.
  for (const part of query.split("&", AUTH_TOKEN_PARAMETERS.length + 1)) {
    const equals = part.indexOf("=");
    if (equals < 1) {
      return malformed(
        "invalid-parameter",
        `part ${parameters.length + 1} of the query is not \`name=value\``,
      );
    }
    // INVARIANT: names are compared as they stand, so an escape cannot hide one from the redaction of secrets.
    const name = part.slice(0, equals);
    const value = decode(part.slice(equals + 1));
    const refusal = refuseParameter(name, value, values);
    if (refusal !== undefined) return refusal;
    parameters.push([name, value]);
    values.set(name as AuthTokenParameter, value);
  }
  return { kind: "parsed", parameters, values };
}

function refuseParameter(
  name: string,
  value: string,
  values: ReadonlyMap<string, string>,
): MalformedAuthToken | undefined {
  if (!KNOWN.has(name)) {
    return malformed(
      "unknown-parameter",
      `parameter ${values.size + 1}, ${showValue(name)}, is not one that an auth token has`,
    );
  }
  if (values.has(name)) return malformed("duplicate-parameter", `\`${name}\` comes twice`);
  if (value === "") return malformed("empty-parameter", `\`${name}\` has no value`);
  return undefined;
}

function decode(text: string): string {
  // INVARIANT: REFUSED_ESCAPE has let only ASCII escapes pass, so this cannot throw.
  return text.includes("%") ? decodeURIComponent(text) : text;
}
