/** The address to connect to for an address that is listened on: a wildcard becomes its loopback. */
export function reachableAddress(listenAddress: string): string {
  if (listenAddress === "0.0.0.0") return "127.0.0.1";
  if (listenAddress === "::") return "::1";
  return listenAddress;
}
