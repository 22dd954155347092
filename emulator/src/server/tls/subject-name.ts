import { isIP } from "node:net";
import { CertificateError } from "./certificate-error.ts";

/** What a certificate can be for: a host name, or an address. */
export type SubjectName =
  | { readonly kind: "dns"; readonly hostName: string }
  /** 4 or 16 bytes. */
  | { readonly kind: "ip"; readonly text: string; readonly bytes: Uint8Array };

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
  if (version === 4) {
    return { kind: "ip", text: name, bytes: Uint8Array.from(name.split("."), Number) };
  }
  if (version === 6 && !name.includes("%")) return ipv6(name);
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

function ipv6(address: string): SubjectName {
  // The parser of URLs gives the canonical form: hexadecimal groups only, at most one `::`.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail = ""] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const gap = new Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
  return {
    kind: "ip",
    text,
    bytes: Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])),
  };
}
