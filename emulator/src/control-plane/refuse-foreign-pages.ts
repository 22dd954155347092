/**
 * Keeps web pages out. The API has no login, so a page in the user's browser must neither read it nor
 * make it do something: requests that a browser makes for another site are refused, and so are
 * requests under a name that is not this server's.
 */
import type { FastifyRequest } from "fastify";
import { type AllowedHostOptions, hostFilter } from "./allowed-host.ts";
import { ApiError } from "./api-error.ts";

/** What `Sec-Fetch-Site` says of a request that this server's own page or the user made. */
const OWN_SITE: readonly string[] = ["same-origin", "none"];

/** Makes the check of each request. @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site */
export function foreignPageGuard(
  options: AllowedHostOptions,
): (request: FastifyRequest) => ApiError | undefined {
  const isAllowedHost = hostFilter(options);
  return ({ headers }) => {
    const { host, origin } = headers;
    if (host === undefined || !isAllowedHost(host)) {
      return new ApiError(
        403,
        "host_not_allowed",
        "the Host header is not a name of this server; use localhost, or allow the name in the configuration",
      );
    }
    const site = headers["sec-fetch-site"];
    const isOwnOrigin =
      origin === undefined || origin.toLowerCase() === `http://${host}`.toLowerCase();
    const isOwnSite = site === undefined || (typeof site === "string" && OWN_SITE.includes(site));
    if (isOwnOrigin && isOwnSite) return undefined;
    return new ApiError(
      403,
      "cross_site_request",
      "this API does not answer the pages of other sites; call it from a program",
    );
  };
}
