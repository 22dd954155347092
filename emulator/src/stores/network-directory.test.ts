import { describe, expect, test } from "vitest";
import { type KnownNetwork, MemoryNetworkDirectory } from "./network-directory.ts";

const network = (vpcId: string, more: Partial<KnownNetwork>): KnownNetwork => ({
  vpcId,
  vpcEndpointId: undefined,
  endpointPolicy: undefined,
  addresses: [],
  hostNames: [],
  ...more,
});

const block = (address: string, prefixLength: number, family: "ipv4" | "ipv6" = "ipv4") => ({
  address,
  prefixLength,
  family,
});

const NETWORKS = new MemoryNetworkDirectory([
  network("vpc-small", { addresses: [block("10.1.2.0", 24)], hostNames: ["vpc.example.com"] }),
  network("vpc-large", { addresses: [block("10.0.0.0", 8)], hostNames: ["vpc.example.com"] }),
  network("vpc-six", { addresses: [block("fd00::", 8, "ipv6"), block("fe80::", 10, "ipv6")] }),
  network("vpc-one", { addresses: [block("192.0.2.1", 32)] }),
]);

function vpcOf(clientAddress: string, serverName?: string): string | undefined {
  // Networks are looked up by these two alone.
  const attempt = { clientAddress, serverName } as Parameters<typeof NETWORKS.networkOf>[0];
  return NETWORKS.networkOf(attempt)?.vpcId;
}

describe("the network of a connection", () => {
  test.each([
    ["10.1.2.3", "vpc-small"],
    ["10.1.3.0", "vpc-large"],
    ["::ffff:10.1.2.3", "vpc-small"],
    ["192.0.2.1", "vpc-one"],
    ["192.0.2.2", undefined],
    ["fd12::1", "vpc-six"],
    ["fe80::1%eth0", "vpc-six"],
    ["fe80::1", "vpc-six"],
    ["2001:db8::1", undefined],
    ["11.0.0.0", undefined],
    ["", undefined],
    ["nowhere", undefined],
  ])("of the address %s is %s: the first that fits", (address, vpc) => {
    expect(vpcOf(address)).toBe(vpc);
  });

  test.each([
    ["vpc.example.com", "vpc-small"],
    ["VPC.Example.com.", "vpc-small"],
    ["other.example.com", "vpc-one"],
    ["", "vpc-one"],
    ["__proto__", "vpc-one"],
  ])("a host name counts before the address: %s is %s", (name, vpc) => {
    expect(vpcOf("192.0.2.1", name)).toBe(vpc);
  });
});
