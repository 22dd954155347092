/** The percent-encoding of SigV4 (`UriEncode`): RFC 3986, only unreserved characters stay as they are. */

const UNRESERVED_ONLY = /^[\w\-.~]*$/;

/** What `encodeURIComponent` leaves as it is and RFC 3986 does not. */
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

/**
 * Encodes a name or a value for the canonical query string.
 *
 * @throws URIError for a lone surrogate, which no parsed auth token contains
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function uriEncode(text: string): string {
  if (UNRESERVED_ONLY.test(text)) return text;
  const encoded = encodeURIComponent(text);
  return encoded.search(LEFT_BY_ENCODE_URI_COMPONENT) === -1
    ? encoded
    : encoded.replace(LEFT_BY_ENCODE_URI_COMPONENT, percentEscape);
}

function percentEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
