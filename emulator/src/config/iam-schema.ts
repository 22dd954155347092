/** The part of the schema that declares the IAM of accounts. */
import { CONTROL_POLICIES, UNIT_ID } from "./organization-schema.ts";
import {
  integer,
  type JsonSchema,
  list,
  object,
  SECRET,
  some,
  TAGS,
  text,
} from "./schema-parts.ts";

const IAM_PATH = {
  ...text("^/([!-~]{1,510}/)?$", "a path that begins and ends with `/`", "IAM path"),
  default: "/",
};
/** Name of a policy. */
export const POLICY_NAME = text(
  "^[\\w+=,.@-]{1,128}$",
  "1 to 128 letters, digits or + = , . @ _ -",
  "name of the policy",
);
/** A policy document. */
export const DOCUMENT: JsonSchema = {
  type: "object",
  description: "the policy document: Version and Statement, as in IAM",
};

const ACCESS_KEY = object(
  "a long-term access key",
  {
    id: text("^\\w{16,128}$", "16 to 128 letters, digits or _", "access key id"),
    secret: SECRET,
    status: { enum: ["Active", "Inactive"], default: "Active", description: "state of the key" },
  },
  ["id", "secret"],
);

const INLINE_POLICIES = list(
  "inline policies",
  object("an inline policy", { name: POLICY_NAME, document: DOCUMENT }, ["name", "document"]),
);
const MANAGED_POLICIES = list(
  "managed policies that are attached",
  some("name or ARN of a policy of the same account, or ARN of one of AWS"),
);
const BOUNDARY = some("name or ARN of the managed policy that is the permissions boundary");

const USER = object(
  "an IAM user",
  {
    name: text(
      "^[\\w+=,.@-]{1,64}$",
      "1 to 64 letters, digits or + = , . @ _ -",
      "name of the user",
    ),
    path: IAM_PATH,
    accessKeys: list("access keys of the user", ACCESS_KEY),
    policies: INLINE_POLICIES,
    managedPolicies: MANAGED_POLICIES,
    groups: list("groups that the user is in", some("name of a group of the same account")),
    permissionsBoundary: BOUNDARY,
    tags: TAGS,
    mfaDevices: list(
      "devices that make one-time passwords (TOTP)",
      object(
        "a device",
        {
          serialNumber: text("^[\\w+=/:,.@-]{9,256}$", "9 to 256 characters", "ARN or number"),
          seed: text("^[A-Za-z2-7]{16,128}=*$", "16 or more base32 characters", "shared secret"),
        },
        ["serialNumber", "seed"],
      ),
    ),
  },
  ["name"],
);

const GROUP = object(
  "an IAM group",
  {
    name: text(
      "^[\\w+=,.@-]{1,128}$",
      "1 to 128 letters, digits or + = , . @ _ -",
      "name of the group",
    ),
    path: IAM_PATH,
    policies: INLINE_POLICIES,
    managedPolicies: MANAGED_POLICIES,
  },
  ["name"],
);

const ROLE = object(
  "an IAM role",
  {
    name: text(
      "^[\\w+=,.@-]{1,64}$",
      "1 to 64 letters, digits or + = , . @ _ -",
      "name of the role",
    ),
    path: IAM_PATH,
    trustPolicy: { type: "object", description: "who may assume the role" },
    description: text(
      "^[\\t\\n\\r -~\u00a1-\u00ff]{0,1000}$",
      "at most 1000 characters",
      "description",
    ),
    maxSessionDuration: integer("longest session, in seconds", 3600, 43_200, 3600),
    policies: INLINE_POLICIES,
    managedPolicies: MANAGED_POLICIES,
    permissionsBoundary: BOUNDARY,
    tags: TAGS,
    linkedService: some("service principal of a service-linked role"),
  },
  ["name", "trustPolicy"],
);

const POLICY = object(
  "a customer managed policy: a document, or versions",
  {
    name: POLICY_NAME,
    path: IAM_PATH,
    description: text("^[^\\0]{0,1000}$", "at most 1000 characters", "description"),
    document: DOCUMENT,
    versions: {
      type: "array",
      maxItems: 5,
      description: "up to five versions, oldest first",
      items: object(
        "a version",
        {
          id: text("^v[1-9][0-9]*$", "v1, v2 and so on", "id of the version"),
          document: DOCUMENT,
          isDefault: { type: "boolean", default: false, description: "whether it is in effect" },
        },
        ["id", "document"],
      ),
    },
    tags: TAGS,
    isOfAws: {
      type: "boolean",
      default: false,
      description:
        "a policy that AWS manages and that the emulator does not bring: its ARN is AWS's",
    },
  },
  ["name"],
);

const PROVIDER = object(
  "an OpenID Connect provider",
  {
    url: text("^https://[^/?#:@\\s]+(/[^?#\\s]*)?$", "a URL that begins with https://", "issuer"),
    clientIds: list("audiences", some("client id")),
    thumbprints: list("thumbprints", text("^[0-9A-Fa-f]{40}$", "40 hex digits")),
    tags: TAGS,
    jwks: { type: "object", description: "its keys, as a JSON Web Key Set" },
    jwksFile: some("file with its key set, relative to this file"),
    jwksUrl: text(
      "^https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?(/\\S*)?$",
      "a URL on a loopback address",
      "URL of its key set, on a loopback address",
    ),
  },
  ["url", "clientIds"],
);

/** The keys of an account. */
export const ACCOUNT_PROPERTIES = {
  users: list("IAM users of the account", USER),
  groups: list("IAM groups of the account", GROUP),
  roles: list("IAM roles of the account", ROLE),
  policies: list("customer managed policies of the account", POLICY),
  oidcProviders: list("OpenID Connect providers of the account", PROVIDER),
  authorizationDetails: some(
    "file with the JSON of `aws iam get-account-authorization-details`, relative to this file",
  ),
  organizationalUnit: {
    ...UNIT_ID,
    description: "unit that the account is in; by default the root",
  },
  ...CONTROL_POLICIES,
};
