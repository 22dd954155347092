/**
 * What the claims of a verified token say to STS.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
import type { FoundProvider } from "../../../iam/index.ts";
import type { TextConstraints } from "../query/shape.ts";
import { NAME_PATTERN, TAG_KEY, TAG_VALUE } from "./sts-shapes.ts";

const TAGS_CLAIM = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity";

/** Somebody with a token of a provider. */
export interface WebIdentity {
  readonly provider: FoundProvider;
  readonly subject: string;
  readonly audience: string;
  /** Context keys of the provider, by lower-cased name. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** Why the claims say nothing that STS can use. */
export type UnusableClaims = "wrong-audience" | "malformed-tags" | "malformed-source-identity";

const SOURCE_IDENTITY = { minCharacters: 2, maxCharacters: 64, pattern: NAME_PATTERN };

type Claims = Readonly<Record<string, unknown>>;

/** What a token says of its issuer before anything of it is verified; `undefined` if it is no token. */
export function unverifiedIssuer(token: string): string | undefined {
  const [header, payload, signature, ...more] = token.split(".");
  if (!header || payload === undefined || !signature || more.length > 0) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims | null;
    const issuer = claims?.["iss"];
    return typeof issuer === "string" ? issuer : undefined;
  } catch {
    return undefined;
  }
}

/** Reads verified claims. */
export function readWebIdentity(
  claims: Claims,
  provider: FoundProvider,
): WebIdentity | UnusableClaims {
  const { sub, azp } = claims;
  const audiences = textsOf(claims["aud"]);
  // SPEC: an authorized party stands in for the audience, which is then under another key.
  const party = typeof azp === "string" ? azp : undefined;
  const audience = party ?? audiences[0];
  const isFor = [...audiences, ...(party === undefined ? [] : [party])].some((one) =>
    provider.clientIds.includes(one),
  );
  if (audience === undefined || !isFor || typeof sub !== "string") return "wrong-audience";
  const prefix = provider.url.toLowerCase();
  const keys: readonly (readonly [string, readonly string[]])[] = [
    ["aud", party === undefined ? audiences : [party]],
    ["sub", [sub]],
    ["oaud", party === undefined ? [] : audiences],
    ["amr", textsOf(claims["amr"])],
    ["azp", party === undefined ? [] : [party]],
    ["email", textsOf(claims["email"])],
  ];
  const tags = readTags(claims[TAGS_CLAIM]);
  if (tags === undefined) return "malformed-tags";
  const sourceIdentity = claims[SOURCE_IDENTITY_CLAIM];
  if (sourceIdentity !== undefined && !isText(sourceIdentity, SOURCE_IDENTITY)) {
    return "malformed-source-identity";
  }
  return {
    provider,
    subject: sub,
    audience,
    keys: new Map(
      keys.flatMap(([name, values]) =>
        values.length === 0 ? [] : [[`${prefix}:${name}`, values] as const],
      ),
    ),
    ...tags,
    sourceIdentity,
  };
}

/** SPEC: tags are as in a request, each with one value; `undefined` if they are not. */
function readTags(claim: unknown): Pick<WebIdentity, "tags" | "transitiveTagKeys"> | undefined {
  if (claim === undefined) return { tags: [], transitiveTagKeys: [] };
  if (!isObject(claim)) return undefined;
  const { principal_tags: given = {}, transitive_tag_keys: transitive = [] } = claim;
  if (!isObject(given) || !Array.isArray(transitive)) return undefined;
  const tags = Object.entries(given).map(([key, values]) => {
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    const [value] = list;
    return list.length === 1 && isText(key, TAG_KEY) && isText(value, TAG_VALUE)
      ? { key, value }
      : undefined;
  });
  const keys = new Set(tags.map((tag) => tag?.key.toLowerCase()));
  const transitiveTagKeys = transitive.filter(
    (key: unknown) => typeof key === "string" && keys.has(key.toLowerCase()),
  );
  const read = tags.filter((tag) => tag !== undefined);
  if (read.length < tags.length || transitiveTagKeys.length < transitive.length) return undefined;
  return { tags: read, transitiveTagKeys };
}

function isText(
  value: unknown,
  { minCharacters = 0, maxCharacters = Infinity, pattern }: TextConstraints,
): value is string {
  return (
    typeof value === "string" &&
    value.length >= minCharacters &&
    value.length <= maxCharacters &&
    pattern?.expression.test(value) !== false
  );
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === "string");
}

function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
