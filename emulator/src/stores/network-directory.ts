import { BlockList, isIP } from "node:net";
import type { ConnectionAttempt, Network, NetworkDirectory } from "../auth/index.ts";

/** A network with what tells that a connection comes through it. */
export interface KnownNetwork extends Network {
  readonly addresses: readonly {
    readonly address: string;
    readonly prefixLength: number;
    readonly family: "ipv4" | "ipv6";
  }[];
  /** In lower case, without a trailing dot. */
  readonly hostNames: readonly string[];
}

/** The networks that were declared at start. A host name counts before an address. */
export class MemoryNetworkDirectory implements NetworkDirectory {
  readonly #byHostName: ReadonlyMap<string, Network>;
  readonly #byAddress: readonly { readonly network: Network; readonly blocks: BlockList }[];

  /** @param networks the first that fits counts */
  constructor(networks: readonly KnownNetwork[]) {
    this.#byHostName = new Map(
      networks
        .flatMap((network) => network.hostNames.map((name) => [name, network] as const))
        .reverse(),
    );
    this.#byAddress = networks.map((network) => {
      const blocks = new BlockList();
      for (const { address, prefixLength, family } of network.addresses) {
        blocks.addSubnet(address, prefixLength, family);
      }
      return { network, blocks };
    });
  }

  networkOf({ serverName, clientAddress }: ConnectionAttempt): Network | undefined {
    const named = serverName && this.#byHostName.get(serverName.toLowerCase().replace(/\.$/, ""));
    if (named !== undefined && named !== "") return named;
    const family = isIP(clientAddress);
    if (family === 0) return undefined;
    // Node's list matches `::ffff:192.0.2.1` with the blocks of IPv4.
    return this.#byAddress.find(({ blocks }) =>
      blocks.check(clientAddress, family === 4 ? "ipv4" : "ipv6"),
    )?.network;
  }
}
