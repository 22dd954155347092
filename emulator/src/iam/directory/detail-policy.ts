/** Managed policies of the details of an account, with their versions. */
import type { DetailAccount } from "./detail-account.ts";
import type { DetailReader, Place } from "./detail-reader.ts";
import type { DeclaredManagedPolicy, DeclaredPolicyVersion } from "./declared-account.ts";
import { TEXT_RULES, type TextRule } from "./member-rules.ts";

const VERSION_ID: TextRule = {
  minCharacters: 2,
  maxCharacters: 10,
  pattern: { expression: /^v[1-9]\d*$/, text: "v[1-9][0-9]*" },
};

/** Reads a policy; `undefined` for one that comes with the emulator. */
export function readDetailPolicy(
  reader: DetailReader,
  account: DetailAccount,
  place: Place,
): DeclaredManagedPolicy | undefined {
  const name = reader.text(place, "PolicyName", TEXT_RULES.policyName);
  const path = reader.text(place, "Path", TEXT_RULES.policyPath);
  const owner = account.ownsPolicy(place, `policy${path}${name}`);
  if (owner === "built-in") return undefined;
  // Names of AWS's policies are in another name space.
  if (owner === "own") account.names("policy", { text: name, path: `${place.path}.PolicyName` });
  const description = reader.optionalText(place, "Description", TEXT_RULES.policyDescription);
  return {
    name,
    path,
    versions: readVersions(reader, place),
    tags: reader.tags(place),
    ...(description === undefined ? {} : { description }),
    ...(owner === "aws" ? { isOfAws: true } : {}),
  };
}

/** The versions, oldest first. The default one is what `DefaultVersionId` and each version say. */
function readVersions(reader: DetailReader, place: Place): readonly DeclaredPolicyVersion[] {
  const defaultId = reader.text(place, "DefaultVersionId", VERSION_ID);
  const ids = new Set<string>();
  const versions = reader.list(place, "PolicyVersionList").map((version) => {
    const id = reader.text(version, "VersionId", VERSION_ID);
    if (ids.has(id)) reader.report(`${version.path}.VersionId`, "comes twice");
    ids.add(id);
    const isDefault = id === defaultId;
    if (version.json["IsDefaultVersion"] !== isDefault) {
      const message = `must be ${String(isDefault)}, as DefaultVersionId says`;
      reader.report(`${version.path}.IsDefaultVersion`, message);
    }
    return { id, document: reader.document(version, "Document", "identity"), isDefault };
  });
  if (defaultId !== "" && !ids.has(defaultId)) {
    reader.report(`${place.path}.DefaultVersionId`, "is no version of PolicyVersionList");
  }
  return versions.sort((left, right) => numberOf(left) - numberOf(right));
}

function numberOf({ id }: DeclaredPolicyVersion): number {
  return Number(id.slice(1));
}
