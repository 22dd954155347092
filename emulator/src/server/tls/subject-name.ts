import { isIP } from "node:net";
import { CertificateError } from "./certificate-error.ts";

/** What a certificate can be for: a host name, or an address. */
export type SubjectName =
  | { readonly kind: "dns"; readonly hostName: string }
  /** In the canonical form, so that two spellings of an address are one name. */
  | { readonly kind: "ip"; readonly text: string };

/** A label as host names in practice have it: RFC 1123's letters, digits and hyphens, and the underscore of container names. */
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const MAX_HOST_NAME_LENGTH = 253;

/**
 * Reads a host name or an IP address. Letter case and one trailing dot do not matter.
 *
 * @throws CertificateError when it is neither; wildcards are neither
 */
export function parseSubjectName(name: string): SubjectName {
  const version = isIP(name);
  if (version === 4) return { kind: "ip", text: name };
  if (version === 6 && !name.includes("%")) {
    // The parser of URLs gives the canonical form: hexadecimal groups only, at most one `::`.
    return { kind: "ip", text: new URL(`http://[${name}]`).hostname.slice(1, -1) };
  }
  const hostName = name.toLowerCase().replace(/\.$/, "");
  const isHostName =
    hostName.length <= MAX_HOST_NAME_LENGTH &&
    hostName.split(".").every((label) => LABEL.test(label));
  // A host name of digits only would be an address that is none, such as 1.2.3.
  if (isHostName && !/^[\d.]+$/.test(hostName)) return { kind: "dns", hostName };
  const shown = JSON.stringify(name.length > 300 ? `${name.slice(0, 300)}…` : name);
  throw new CertificateError(
    `cannot make a certificate for \`${shown.slice(1, -1)}\`: expected a host name or an IP address`,
  );
}
