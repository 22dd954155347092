/**
 * What the claims of a verified token say to STS.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
import type { FoundProvider } from "../../../iam/index.ts";

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

/** Reads verified claims; `undefined` if they are for nobody whom the provider is registered for. */
export function readWebIdentity(claims: Claims, provider: FoundProvider): WebIdentity | undefined {
  const { sub, azp } = claims;
  const audiences = textsOf(claims["aud"]);
  // SPEC: an authorized party stands in for the audience, which is then under another key.
  const party = typeof azp === "string" ? azp : undefined;
  const audience = party ?? audiences[0];
  const isFor = [...audiences, ...(party === undefined ? [] : [party])].some((one) =>
    provider.clientIds.includes(one),
  );
  if (audience === undefined || !isFor || typeof sub !== "string") return undefined;
  const prefix = provider.url.toLowerCase();
  const keys: readonly (readonly [string, readonly string[]])[] = [
    ["aud", party === undefined ? audiences : [party]],
    ["sub", [sub]],
    ["oaud", party === undefined ? [] : audiences],
    ["amr", textsOf(claims["amr"])],
    ["azp", party === undefined ? [] : [party]],
    ["email", textsOf(claims["email"])],
  ];
  const sessionTags = objectOf(claims[TAGS_CLAIM]);
  const sourceIdentity = claims[SOURCE_IDENTITY_CLAIM];
  return {
    provider,
    subject: sub,
    audience,
    keys: new Map(
      keys.flatMap(([name, values]) =>
        values.length === 0 ? [] : [[`${prefix}:${name}`, values] as const],
      ),
    ),
    tags: Object.entries(objectOf(sessionTags["principal_tags"])).flatMap(([key, value]) => {
      const [text] = textsOf(value);
      return text === undefined ? [] : [{ key, value: text }];
    }),
    transitiveTagKeys: textsOf(sessionTags["transitive_tag_keys"]),
    sourceIdentity: typeof sourceIdentity === "string" ? sourceIdentity : undefined,
  };
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === "string");
}

function objectOf(value: unknown): Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Claims)
    : {};
}
