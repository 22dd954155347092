/** Users, groups, roles and providers of one account of a file. */
import { resolve } from "node:path";
import {
  type DeclaredAccessKey,
  type DeclaredEntity,
  type DeclaredGroup,
  type DeclaredOidcProvider,
  type DeclaredRole,
  type DeclaredUser,
  POLICY_SIZE_LIMITS,
} from "../iam/index.ts";
import { isObject, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";
import {
  checkDocument,
  inlinePolicies,
  isTwice,
  type KnownPolicies,
  policyReference,
  policyReferences,
  type Report,
  tagsOf,
} from "./resolve-policies.ts";

/** Where an account stands in the file, and what its entities can name. */
export interface AccountContext {
  /** Path of the account. */
  readonly path: string;
  readonly known: KnownPolicies;
  /** Access key ids of all accounts so far, each with its path. */
  readonly keyOwners: Map<string, string>;
  readonly report: Report;
  /** Base of relative paths; absolute. */
  readonly directory: string;
}

/** Seconds; SPEC: the default of `MaxSessionDuration`. */
const DEFAULT_SESSION_SECONDS = 3600;

/** The groups of an account. */
export function accountGroups(json: unknown, context: AccountContext): readonly DeclaredGroup[] {
  return entities(json, "groups", POLICY_SIZE_LIMITS.groupInline, context).map(
    ({ entity }) => entity,
  );
}

/** The users of an account. */
export function accountUsers(
  json: unknown,
  groups: readonly DeclaredGroup[],
  context: AccountContext,
): readonly DeclaredUser[] {
  const { report } = context;
  return entities(json, "users", POLICY_SIZE_LIMITS.userInline, context).map(
    ({ entity, body, path }) => ({
      ...entity,
      accessKeys: accessKeys(body["accessKeys"], `${path}.accessKeys`, context),
      groups: groupNames(body["groups"], groups, `${path}.groups`, report),
      ...boundary(body, path, context),
      tags: tagsOf(body["tags"]),
      mfaDevices: listOf(body["mfaDevices"]).flatMap((item) => {
        const { serialNumber, seed } = objectOf(item);
        return typeof serialNumber === "string" && typeof seed === "string"
          ? [{ serialNumber, seed }]
          : [];
      }),
    }),
  );
}

/** The roles of an account. */
export function accountRoles(json: unknown, context: AccountContext): readonly DeclaredRole[] {
  return entities(json, "roles", POLICY_SIZE_LIMITS.roleInline, context).flatMap(
    ({ entity, body, path }): readonly DeclaredRole[] => {
      const trustPolicy = checkDocument(
        body["trustPolicy"],
        `${path}.trustPolicy`,
        context.report,
        "trust",
        POLICY_SIZE_LIMITS.trust,
      );
      if (trustPolicy === undefined) return [];
      const { maxSessionDuration } = body;
      const description = textOf(body["description"]);
      const linkedService = textOf(body["linkedService"]);
      return [
        {
          ...entity,
          trustPolicy,
          maxSessionDuration:
            typeof maxSessionDuration === "number" ? maxSessionDuration : DEFAULT_SESSION_SECONDS,
          ...boundary(body, path, context),
          tags: tagsOf(body["tags"]),
          ...(description === undefined ? {} : { description }),
          ...(linkedService === undefined ? {} : { linkedService }),
        },
      ];
    },
  );
}

/** The OpenID Connect providers of an account. */
export function accountProviders(
  json: unknown,
  { path, report, directory }: AccountContext,
): readonly DeclaredOidcProvider[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const body = objectOf(item);
    const url = textOf(body["url"]);
    if (url === undefined) return [];
    isTwice(seen, url, `${path}.oidcProviders[${index}].url`, report);
    const jwks = isObject(body["jwks"]) ? body["jwks"] : undefined;
    const file = textOf(body["jwksFile"]);
    const jwksUrl = textOf(body["jwksUrl"]);
    const keys = {
      ...(jwks === undefined ? {} : { jwks }),
      ...(file === undefined ? {} : { jwksFile: resolve(directory, file) }),
      ...(jwksUrl === undefined ? {} : { jwksUrl }),
    };
    if (Object.keys(keys).length > 1) {
      const message = `has ${Object.keys(keys).join(" and ")}; expected one of them`;
      report(`${path}.oidcProviders[${index}]`, message);
    }
    return [
      {
        url,
        clientIds: texts(body["clientIds"]),
        thumbprints: texts(body["thumbprints"]),
        tags: tagsOf(body["tags"]),
        ...(Object.keys(keys).length === 0 ? {} : { keys }),
      },
    ];
  });
}

interface ReadEntity {
  readonly entity: DeclaredEntity;
  readonly body: JsonObject;
  readonly path: string;
}

function entities(
  json: unknown,
  kind: string,
  maxInlineCharacters: number,
  { path: accountPath, known, report }: AccountContext,
): readonly ReadEntity[] {
  const seen = new Map<string, string>();
  return listOf(json).map((item, index) => {
    const path = `${accountPath}.${kind}[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]) ?? "";
    // Names are unique in an account without regard to case, as in IAM.
    if (name !== "") isTwice(seen, name.toLowerCase(), `${path}.name`, report);
    const entity = {
      name,
      path: textOf(body["path"]) ?? "/",
      policies: inlinePolicies(body["policies"], `${path}.policies`, maxInlineCharacters, report),
      managedPolicies: policyReferences(
        body["managedPolicies"],
        `${path}.managedPolicies`,
        known,
        report,
      ),
    };
    return { entity, body, path };
  });
}

function boundary(
  { permissionsBoundary }: JsonObject,
  path: string,
  { known, report }: AccountContext,
): { readonly permissionsBoundary?: string } {
  const arn = policyReference(permissionsBoundary, `${path}.permissionsBoundary`, known, report);
  return arn === undefined ? {} : { permissionsBoundary: arn };
}

function groupNames(
  json: unknown,
  groups: readonly DeclaredGroup[],
  path: string,
  report: Report,
): readonly string[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((name, index) => {
    if (typeof name !== "string") return [];
    const found = groups.find((group) => group.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) {
      const names = groups.map((group) => group.name).join(", ") || "it has none";
      report(`${path}[${index}]`, `is \`${name}\`; expected a group of the account: ${names}`);
      return [];
    }
    isTwice(seen, name.toLowerCase(), `${path}[${index}]`, report);
    return [found.name];
  });
}

function accessKeys(
  json: unknown,
  path: string,
  { keyOwners, report }: AccountContext,
): readonly DeclaredAccessKey[] {
  return listOf(json).flatMap((item, index) => {
    const { id, secret, status } = objectOf(item);
    if (typeof id !== "string" || typeof secret !== "string") return [];
    isTwice(keyOwners, id, `${path}[${index}].id`, report);
    return [{ id, secret, status: status === "Inactive" ? status : "Active" }];
  });
}

function texts(json: unknown): readonly string[] {
  return listOf(json).filter((item) => typeof item === "string");
}
