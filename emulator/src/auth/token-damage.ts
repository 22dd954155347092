/**
 * What happened to an auth token on its way from the signer to the password: found by undoing the usual
 * damages, one at a time, until the text is a token.
 */
import { type MalformedAuthTokenCode, parseAuthToken } from "../sigv4/index.ts";

/** Stable names of the damages. */
export type TokenDamageKind =
  | "quoted"
  | "line-breaks"
  | "white-space"
  | "encoded-whole"
  | "encoded-twice"
  | "lower-case-escapes"
  | "form-decoded"
  | "html-escaped"
  | "cut-off";

/** What happened, in the emulator's voice; without anything of the text. */
export interface TokenDamage {
  readonly kind: TokenDamageKind;
  readonly description: string;
}

/** Our choice: longer texts are no tokens, and undoing takes time. */
const MAX_CHARACTERS = 65_536;

/** What the first characters of every token look like. */
const TOKEN_START = /^(?:https:\/\/)?[A-Za-z0-9._-]+(?::\d{1,5})?\/?\?(?:Action|X-Amz-[A-Za-z-]+)=/;

const CODES_OF_A_CUT: ReadonlySet<MalformedAuthTokenCode> = new Set<MalformedAuthTokenCode>([
  "missing-parameter",
  "invalid-parameter",
  "empty-parameter",
  "unknown-parameter",
  "invalid-escape",
  "invalid-signature",
  "unsupported-signed-headers",
]);

const WHOLE_PART = /^(?:Action|X-Amz-[A-Za-z-]+)=[^=]+$/;
const LAST_BUT_SIGNATURE = "X-Amz-SignedHeaders=host";

/** The beginning of a signature, or of what comes behind it. */
const SHORT_PART =
  /^(?:X-Amz-Signature=[0-9a-f]{0,63}|X(?:-(?:A(?:m(?:z(?:-(?:S[A-Za-z]*)?)?)?)?)?)?|X-Amz-SignedHeaders=(?:h|ho|hos)?|)$/;

const ESCAPE = /%[0-9A-Fa-f]{2}/g;

const REPAIRS: readonly (readonly [
  kind: TokenDamageKind,
  description: string,
  repair: (text: string) => string,
])[] = [
  ["quoted", "it is in quotation marks", (text) => text.replace(/^\s*(["'])(.*)\1\s*$/s, "$2")],
  ["white-space", "white space was added around it", (text) => text.trim()],
  ["line-breaks", "line breaks were put into it", (text) => text.replace(/\s*[\r\n]+\s*/g, "")],
  ["encoded-twice", "its values were percent-encoded twice", (text) => text.replaceAll("%25", "%")],
  [
    "lower-case-escapes",
    "its percent-escapes were put into lower case",
    (text) => text.replace(ESCAPE, (escape) => escape.toUpperCase()),
  ],
  ["encoded-whole", "all of it was percent-encoded once more", decodedWhole],
  [
    "form-decoded",
    "it was decoded as a form, which made spaces of its `+`",
    (text) => text.replaceAll(" ", "+"),
  ],
  [
    "html-escaped",
    "`&` was written as `&amp;` in it",
    (text) => text.replaceAll("&amp;", "&").replaceAll("&#38;", "&"),
  ],
];

/** The damage of a text that is no auth token; `undefined` when none of the usual ones explains it. */
export function tokenDamage(text: string): TokenDamage | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  for (const [kind, description, repair] of REPAIRS) {
    const repaired = repair(text);
    if (repaired !== text && parseAuthToken(repaired).kind === "parsed") {
      return { kind, description };
    }
  }
  return breaksOff(text)
    ? { kind: "cut-off", description: `it breaks off after ${text.length} characters` }
    : undefined;
}

function decodedWhole(text: string): string {
  if (text.includes("?")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether a token begins that would be one if more came. Signers write the signature last, or before the
 * signed headers.
 */
function breaksOff(text: string): boolean {
  const result = parseAuthToken(text);
  if (result.kind === "parsed" || !CODES_OF_A_CUT.has(result.code) || !TOKEN_START.test(text)) {
    return false;
  }
  const parts = text.slice(text.indexOf("?") + 1).split("&");
  const last = parts.at(-1) ?? "";
  if (!parts.slice(0, -1).every((part) => WHOLE_PART.test(part))) return false;
  const hasSignature = parts.some((part) => part.startsWith("X-Amz-Signature="));
  return hasSignature ? SHORT_PART.test(last) : last !== LAST_BUT_SIGNATURE;
}
