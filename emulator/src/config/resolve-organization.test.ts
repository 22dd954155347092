import { describe, expect, test } from "vitest";
import type { AccountMembership } from "../iam/index.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import { resolveOrganization } from "./resolve-organization.ts";

const A = "123456789012";
const B = "210987654321";
const DENY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }],
};
const DENY_ALL = { ...DENY, Statement: [{ ...DENY.Statement[0], Principal: "*" }] };
const scp = (name: string) => ({ name, document: DENY });
const rcp = (name: string) => ({ name, document: DENY_ALL });
const ID = { id: "o-a1b2c3d4e5" };

interface Resolved {
  readonly problems: readonly (readonly [string, string])[];
  readonly memberships: ReadonlyMap<string, AccountMembership>;
}

function resolve(organization: unknown, accounts: Record<string, object> = { [A]: {} }): Resolved {
  const problems: [string, string][] = [];
  const memberships = resolveOrganization(
    organization,
    Object.entries(accounts).map(([accountId, body]) => ({
      accountId,
      path: `accounts.${accountId}`,
      body: { ...body },
    })),
    (path, message) => problems.push([path, message]),
  );
  return { problems, memberships };
}

/** Names of the policies of each level. */
function levels(of: AccountMembership["serviceControl"]): unknown {
  return of?.map((level) => level.map(({ source }) => `${source.name} at ${source.attachedTo}`));
}

describe("declared organizations", () => {
  const [UNIT, BELOW] = ["ou-ab12-cdefghij", "ou-ab12-klmnopqr"];
  const organization = {
    ...ID,
    managementAccount: B,
    root: { id: "r-ab12", serviceControlPolicies: ["FullAWSAccess"] },
    units: [
      {
        id: UNIT,
        serviceControlPolicies: ["FullAWSAccess", scp("no-s3")],
        resourceControlPolicies: [rcp("ours")],
      },
      { id: BELOW, parent: UNIT, serviceControlPolicies: [] },
    ],
  };

  test("levels from the root down to the account; what has no list does not limit", () => {
    const { problems, memberships } = resolve(organization, {
      [A]: { organizationalUnit: BELOW, serviceControlPolicies: ["FullAWSAccess"] },
    });
    expect(problems).toEqual([]);
    const membership = memberships.get(A);
    expect(membership?.organizationId).toBe("o-a1b2c3d4e5");
    expect(membership?.path).toBe(`o-a1b2c3d4e5/r-ab12/${UNIT}/${BELOW}/`);
    expect(levels(membership?.serviceControl)).toEqual([
      ["FullAWSAccess at the root"],
      [`FullAWSAccess at unit ${UNIT}`, `no-s3 at unit ${UNIT}`],
      [],
      [`FullAWSAccess at account ${A}`],
    ]);
    expect(levels(membership?.resourceControl)).toEqual([
      [`RCPFullAWSAccess at unit ${UNIT}`, `ours at unit ${UNIT}`],
    ]);
  });

  test("nothing is over the management account", () => {
    const membership = resolve(organization, { [B]: { organizationalUnit: UNIT } }).memberships.get(
      B,
    );
    expect(membership?.serviceControl).toBeUndefined();
    expect(membership?.resourceControl).toBeUndefined();
    expect(membership?.path).toBe(`o-a1b2c3d4e5/r-ab12/${UNIT}/`);
  });

  test("an organization of nothing limits nothing", () => {
    expect(resolve(ID).memberships.get(A)).toEqual({
      organizationId: "o-a1b2c3d4e5",
      path: "o-a1b2c3d4e5/r-root/",
      serviceControl: [],
      resourceControl: [],
    });
    expect(resolve(undefined).memberships.size).toBe(0);
  });

  test.each<[string, unknown, object, readonly (readonly [string, string])[]]>([
    [
      "no organization",
      undefined,
      { organizationalUnit: UNIT, serviceControlPolicies: [], resourceControlPolicies: [] },
      [
        [`accounts.${A}.organizationalUnit`, "is given without `organization`"],
        [`accounts.${A}.serviceControlPolicies`, "is given without `organization`"],
        [`accounts.${A}.resourceControlPolicies`, "is given without `organization`"],
      ],
    ],
    [
      "a unit that is not there",
      ID,
      { organizationalUnit: UNIT },
      [
        [
          `accounts.${A}.organizationalUnit`,
          `is \`${UNIT}\`; expected a unit of the organization: it has none`,
        ],
      ],
    ],
    [
      "a parent that comes later",
      { ...ID, units: [{ id: BELOW, parent: UNIT }, { id: UNIT }] },
      {},
      [["organization.units[0].parent", `is \`${UNIT}\`; expected a unit that stands before it`]],
    ],
    [
      "a unit twice",
      { ...ID, units: [{ id: UNIT }, { id: UNIT }] },
      {},
      [["organization.units[1].id", "is the same as organization.units[0].id"]],
    ],
    [
      "a policy twice",
      { ...ID, root: { serviceControlPolicies: [scp("p"), scp("p")] } },
      {},
      [
        [
          "organization.root.serviceControlPolicies[1].name",
          "is the same as organization.root.serviceControlPolicies[0].name",
        ],
      ],
    ],
    [
      "a resource control policy that allows",
      {
        ...ID,
        root: {
          resourceControlPolicies: [
            {
              name: "p",
              document: {
                ...DENY,
                Statement: [{ Effect: "Allow", Action: "*", Resource: "*", Principal: "*" }],
              },
            },
          ],
        },
      },
      {},
      [
        [
          "organization.root.resourceControlPolicies[0]",
          "allows something; a resource control policy can only deny",
        ],
      ],
    ],
    [
      "a resource control policy for somebody",
      ID,
      {
        resourceControlPolicies: [
          {
            name: "p",
            document: { ...DENY, Statement: [{ ...DENY.Statement[0], Principal: { AWS: A } }] },
          },
        ],
      },
      [
        [
          `accounts.${A}.resourceControlPolicies[0].document.Statement[0].Principal`,
          'must be `"Principal": "*"` in a resource control policy',
        ],
      ],
    ],
  ])("%s is a problem with its place", (_case, json, account, problems) => {
    expect(resolve(json, { [A]: account }).problems).toEqual(problems);
  });
});

describe("declared networks", () => {
  function networks(json: unknown): { readonly found: unknown; readonly problems: unknown } {
    const problems: [string, string][] = [];
    const found = resolveNetworks(json, (path, message) => problems.push([path, message]));
    return { found, problems };
  }

  test("addresses are blocks of one, names are in lower case", () => {
    const json = {
      vpc: "vpc-1",
      addresses: ["10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"],
      hostNames: ["A.Example."],
    };
    expect(networks([json])).toEqual({
      found: [
        {
          addresses: [
            { address: "10.0.0.0", prefixLength: 8, family: "ipv4" },
            { address: "192.0.2.1", prefixLength: 32, family: "ipv4" },
            { address: "fd00::", prefixLength: 8, family: "ipv6" },
            { address: "::1", prefixLength: 128, family: "ipv6" },
          ],
          hostNames: ["a.example"],
          vpcId: "vpc-1",
          vpcEndpointId: undefined,
          endpointPolicy: undefined,
        },
      ],
      problems: [],
    });
  });

  test.each([
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "::/129",
    "fe80::1%eth0",
    "10.0.0",
    "x",
    "",
  ])("%j is no block", (address) => {
    const { problems } = networks([{ vpc: "vpc-1", addresses: [address] }]);
    const message = `is \`${address}\`; expected an address or block such as 10.0.0.0/8`;
    expect(problems).toEqual([["networks[0].addresses[0]", message]]);
  });

  test("what says nothing, or twice the same, is a problem with its place", () => {
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
    };
    const json = [{}, { vpc: "vpc-1", hostNames: ["a", "A."], endpointPolicy: policy }];
    expect(networks(json).problems).toEqual([
      ["networks[0]", "has neither `vpc` nor `vpcEndpoint`"],
      ["networks[0]", "has neither `addresses` nor `hostNames`"],
      ["networks[1].endpointPolicy", "is given without `vpcEndpoint`"],
      ["networks[1].hostNames[1]", "is the same as networks[1].hostNames[0]"],
    ]);
  });
});
