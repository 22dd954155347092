/**
 * Which `Host` headers are taken. A page on the web can let its own name point to this machine (DNS
 * rebinding) and would then be same-origin with the emulator; its requests carry that name.
 */
import { BlockList, isIP } from "node:net";

/** What is allowed besides loopback. */
export interface AllowedHostOptions {
  /** The address or name that the server listens on. */
  readonly bindHost: string;
  /** Further names or addresses, without port. */
  readonly allowedHosts: readonly string[];
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
LOOPBACK.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/**
 * Makes the test of a `Host` header, whose port does not matter. Loopback is allowed in every
 * spelling, and so is each name below `localhost`, which nobody can register. A server that listens on all addresses is also reached by every address as such: an
 * address in the header was not looked up, so no name was rebound.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
export function hostFilter(options: AllowedHostOptions): (hostHeader: string) => boolean {
  const names = new Set(
    ["localhost", options.bindHost, ...options.allowedHosts].map((name) => normalizedHost(name)),
  );
  const takesAnyAddress = WILDCARDS.includes(options.bindHost);
  return (hostHeader) => {
    const host = hostOfHeader(hostHeader);
    if (host === undefined) return false;
    const version = isIP(host);
    if (version === 0) return names.has(host) || host.endsWith(".localhost");
    return (
      takesAnyAddress || names.has(host) || LOOPBACK.check(host, version === 4 ? "ipv4" : "ipv6")
    );
  };
}

/** Host of a header, in its one spelling, or `undefined` if the header has not the form. */
function hostOfHeader(header: string): string | undefined {
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(header)) return undefined;
  return normalizedHost(header.replace(/:\d{1,5}$/, ""));
}

/**
 * The one spelling of a host: letter case, a trailing dot, the ways to write an address (`127.1`,
 * `0x7f000001`, `[0:0:0:0:0:0:0:1]`) do not matter, as for a browser.
 */
function normalizedHost(host: string): string | undefined {
  const bracketed = isIP(host) === 6 ? `[${host}]` : host;
  if (!URL.canParse(`http://${bracketed}/`)) return undefined;
  const { hostname } = new URL(`http://${bracketed}/`);
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
