/** The part of the schema that declares the organization and the networks. */
import { ACCOUNT_ID, type JsonSchema, list, object, some, text } from "./schema-parts.ts";

const POLICY_NAME = text("^[^\\0]{1,128}$", "1 to 128 characters", "name of the policy");
const DOCUMENT: JsonSchema = { type: "object", description: "the policy document" };
const CONTROL_POLICY: JsonSchema = {
  description: "a policy with name and document, or FullAWSAccess",
  if: { type: "string" },
  then: { const: "FullAWSAccess" },
  else: object("a policy", { name: POLICY_NAME, document: DOCUMENT }, ["name", "document"]),
};
/** Policies of an organization that are attached somewhere. */
export const CONTROL_POLICIES = {
  serviceControlPolicies: list(
    "service control policies attached here; without the list, FullAWSAccess",
    CONTROL_POLICY,
  ),
  resourceControlPolicies: list(
    "resource control policies attached here, beside RCPFullAWSAccess",
    CONTROL_POLICY,
  ),
};
/** Id of an organizational unit. */
export const UNIT_ID = text(
  "^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$",
  "an id such as ou-ab12-cdefghij",
  "unit",
);

/** The organization. */
export const ORGANIZATION = object(
  "the organization that the accounts are in",
  {
    id: text("^o-[a-z0-9]{10,32}$", "an id such as o-a1b2c3d4e5", "organization"),
    managementAccount: { ...ACCOUNT_ID, description: "account that control policies do not limit" },
    root: object("the root", {
      id: text("^r-[0-9a-z]{4,32}$", "an id such as r-ab12", "root"),
      ...CONTROL_POLICIES,
    }),
    units: list(
      "organizational units, parents before children",
      object(
        "a unit",
        {
          id: UNIT_ID,
          parent: { ...UNIT_ID, description: "by default the root" },
          ...CONTROL_POLICIES,
        },
        ["id"],
      ),
    ),
  },
  ["id"],
);

/** A network. */
export const NETWORK = object("clients that come through a VPC", {
  addresses: list("addresses or blocks of the clients", some("such as 10.0.0.0/8")),
  hostNames: list("host names that such clients ask for", some("host name")),
  vpc: text("^vpc-[0-9a-zA-Z]{1,64}$", "an id such as vpc-0123456789abcdef0", "aws:SourceVpc"),
  vpcEndpoint: text(
    "^vpce-[0-9a-zA-Z]{1,64}$",
    "an id such as vpce-0123456789abcdef0",
    "aws:SourceVpce",
  ),
  endpointPolicy: {
    type: "object",
    description: "policy of the endpoint; by default all is allowed",
  },
});
