/** The `organization` of a file: which policies are over which account. */
import {
  type AccountMembership,
  type AttachedPolicy,
  parsePolicyDocument,
  POLICY_SIZE_LIMITS,
  type PolicyLevel,
} from "../iam/index.ts";
import { InvariantViolation } from "../shared/index.ts";
import { type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";
import { isTwice, readDocument, type Report } from "./resolve-policies.ts";

/** Allows everything; AWS attaches it wherever a policy type is switched on. */
const FULL_ACCESS = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
};

/** An account as the file names it. */
interface AccountPlace {
  readonly accountId: string;
  readonly path: string;
  readonly body: JsonObject;
}

/** A place where policies can be attached: the root, a unit or an account. */
interface Level {
  readonly serviceControl: PolicyLevel | undefined;
  readonly resourceControl: PolicyLevel | undefined;
}

/** A unit, from the root down to itself. */
interface Unit {
  readonly path: string;
  readonly levels: readonly Level[];
}

/** What the organization says of each account; nothing if there is no organization. */
export function resolveOrganization(
  json: unknown,
  accounts: readonly AccountPlace[],
  report: Report,
): ReadonlyMap<string, AccountMembership> {
  const body = objectOf(json);
  const organizationId = textOf(body["id"]);
  if (organizationId === undefined) {
    for (const { path, body: account } of accounts)
      reportWithoutOrganization(account, path, report);
    return new Map();
  }
  const management = textOf(body["managementAccount"]);
  const root = objectOf(body["root"]);
  const rootPath = `${organizationId}/${textOf(root["id"]) ?? "r-root"}/`;
  const rootUnit: Unit = {
    path: rootPath,
    levels: [readLevel(root, "organization.root", "the root", report)],
  };
  const units = readUnits(body["units"], rootUnit, report);
  return new Map(
    accounts.map(({ accountId, path, body: account }) => {
      const named = textOf(account["organizationalUnit"]);
      const unit = named === undefined ? rootUnit : units.get(named);
      if (unit === undefined) {
        const known = [...units.keys()].join(", ") || "it has none";
        const message = `is \`${String(named)}\`; expected a unit of the organization: ${known}`;
        report(`${path}.organizationalUnit`, message);
      }
      const levels = [
        ...(unit ?? rootUnit).levels,
        readLevel(account, path, `account ${accountId}`, report),
      ];
      const membership: AccountMembership = {
        organizationId,
        path: (unit ?? rootUnit).path,
        // SPEC: service control policies do not limit the management account.
        serviceControl:
          accountId === management
            ? undefined
            : levels.flatMap(({ serviceControl }) => (serviceControl ? [serviceControl] : [])),
        // SPEC: nor do resource control policies its resources.
        resourceControl:
          accountId === management
            ? undefined
            : levels.flatMap(({ resourceControl }) => (resourceControl ? [resourceControl] : [])),
      };
      return [accountId, membership];
    }),
  );
}

/** What would limit nothing, although it is there to limit. */
function reportWithoutOrganization(account: JsonObject, path: string, report: Report): void {
  for (const key of ["organizationalUnit", "serviceControlPolicies", "resourceControlPolicies"]) {
    if (account[key] !== undefined) report(`${path}.${key}`, "is given without `organization`");
  }
}

/** Each unit names its parent, which stands before it; without one it is below the root. */
function readUnits(json: unknown, root: Unit, report: Report): ReadonlyMap<string, Unit> {
  const units = new Map<string, Unit>();
  const seen = new Map<string, string>();
  listOf(json).forEach((item, index) => {
    const path = `organization.units[${index}]`;
    const body = objectOf(item);
    const id = textOf(body["id"]);
    if (id === undefined || isTwice(seen, id, `${path}.id`, report)) return;
    const parentId = textOf(body["parent"]);
    const parent = parentId === undefined ? root : units.get(parentId);
    if (parent === undefined) {
      report(`${path}.parent`, `is \`${String(parentId)}\`; expected a unit that stands before it`);
    }
    const { path: parentPath, levels } = parent ?? root;
    units.set(id, {
      path: `${parentPath}${id}/`,
      levels: [...levels, readLevel(body, path, `unit ${id}`, report)],
    });
  });
  return units;
}

function readLevel(body: JsonObject, path: string, attachedTo: string, report: Report): Level {
  const service = readPolicies(
    body["serviceControlPolicies"],
    `${path}.serviceControlPolicies`,
    attachedTo,
    "identity",
    report,
  );
  const resource = readPolicies(
    body["resourceControlPolicies"],
    `${path}.resourceControlPolicies`,
    attachedTo,
    "resource-control",
    report,
  );
  return {
    serviceControl: service,
    // SPEC: RCPFullAWSAccess is attached everywhere and cannot be detached.
    resourceControl: resource && [
      fullAccess("RCPFullAWSAccess", attachedTo, "resource-control"),
      ...resource,
    ],
  };
}

/** A policy is `FullAWSAccess`, or has a name and a document. Without the list nothing limits. */
function readPolicies(
  json: unknown,
  path: string,
  attachedTo: string,
  use: "identity" | "resource-control",
  report: Report,
): PolicyLevel | undefined {
  if (!Array.isArray(json)) return undefined;
  const limit =
    use === "identity" ? POLICY_SIZE_LIMITS.serviceControl : POLICY_SIZE_LIMITS.resourceControl;
  const seen = new Map<string, string>();
  return json.flatMap((item: unknown, index): readonly AttachedPolicy[] => {
    const itemPath = `${path}[${index}]`;
    if (item === "FullAWSAccess") return [fullAccess("FullAWSAccess", attachedTo, use)];
    const body = objectOf(item);
    const name = textOf(body["name"]) ?? "";
    isTwice(seen, name, `${itemPath}.name`, report);
    const document = readDocument(body["document"], `${itemPath}.document`, report, use, limit);
    if (document === undefined) return [];
    if (
      use === "resource-control" &&
      document.statements.some(({ effect }) => effect === "Allow")
    ) {
      report(itemPath, "allows something; a resource control policy can only deny");
    }
    return [{ document, source: { kind: "managed", name, attachedTo } }];
  });
}

function fullAccess(
  name: string,
  attachedTo: string,
  use: "identity" | "resource-control",
): AttachedPolicy {
  const statement = {
    ...FULL_ACCESS.Statement,
    ...(use === "resource-control" ? { Principal: "*" } : {}),
  };
  const parsed = parsePolicyDocument({ ...FULL_ACCESS, Statement: statement }, { use });
  if (parsed.kind === "malformed") throw new InvariantViolation("full access is malformed");
  return { document: parsed.document, source: { kind: "managed", name, attachedTo } };
}
