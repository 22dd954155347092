/** The `networks` of a file: which clients and names stand for which VPC. */
import { isIP } from "node:net";
import type { ConfiguredNetwork } from "./emulator-config.ts";
import { listOf, objectOf, textOf } from "./json-value.ts";
import { isTwice, readDocument, type Report } from "./resolve-policies.ts";

const MAX_BITS = { 4: 32, 6: 128 } as const;

/** Resolves what has the schema's form and passes over the rest, which the schema's check reports. */
export function resolveNetworks(json: unknown, report: Report): readonly ConfiguredNetwork[] {
  const seen = new Map<string, string>();
  return listOf(json).map((item, index) => {
    const path = `networks[${index}]`;
    const body = objectOf(item);
    const vpcEndpointId = textOf(body["vpcEndpoint"]);
    const document = readDocument(
      body["endpointPolicy"],
      `${path}.endpointPolicy`,
      report,
      "resource",
    );
    if (document !== undefined && vpcEndpointId === undefined) {
      report(`${path}.endpointPolicy`, "is given without `vpcEndpoint`");
    }
    if (vpcEndpointId === undefined && body["vpc"] === undefined) {
      report(path, "has neither `vpc` nor `vpcEndpoint`");
    }
    if (listOf(body["addresses"]).length + listOf(body["hostNames"]).length === 0) {
      report(path, "has neither `addresses` nor `hostNames`");
    }
    return {
      addresses: listOf(body["addresses"]).flatMap((text, position) => {
        const block = readBlock(text);
        if (block !== undefined) return [block];
        if (typeof text === "string") {
          const message = `is \`${text.slice(0, 60)}\`; expected an address or block such as 10.0.0.0/8`;
          report(`${path}.addresses[${position}]`, message);
        }
        return [];
      }),
      hostNames: listOf(body["hostNames"]).flatMap((name, position) => {
        if (typeof name !== "string") return [];
        const hostName = name.toLowerCase().replace(/\.$/, "");
        isTwice(seen, hostName, `${path}.hostNames[${position}]`, report);
        return [hostName];
      }),
      vpcId: textOf(body["vpc"]),
      vpcEndpointId,
      endpointPolicy:
        document === undefined
          ? undefined
          : {
              document,
              source: {
                kind: "inline",
                name: "endpoint policy",
                attachedTo: vpcEndpointId ?? "",
              },
            },
    };
  });
}

function readBlock(text: unknown): ConfiguredNetwork["addresses"][number] | undefined {
  if (typeof text !== "string") return undefined;
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (more.length > 0 || (family !== 4 && family !== 6) || address.includes("%")) return undefined;
  const prefixLength = bits === undefined ? MAX_BITS[family] : Number(bits);
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || prefixLength > MAX_BITS[family]))
    return undefined;
  return { address, prefixLength, family: family === 4 ? "ipv4" : "ipv6" };
}
