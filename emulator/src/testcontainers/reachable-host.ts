import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/**
 * The address of the host on which an engine publishes ports. The emulator answers calls that name an address, but
 * not those that name a host that it does not know. An engine that knows version 4 only is met by that first.
 */
export async function reachableHost(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  const addresses = await lookup(host, { all: true });
  const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
  return chosen?.address ?? host;
}
