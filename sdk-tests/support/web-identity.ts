/** An OpenID Connect provider of the stories: its keys, the tokens that it signs, its role. */
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmulatorProcess } from "./emulator.ts";

const ISSUER = "https://idp.example.com";
const HOST = "idp.example.com";
const KEY_ID = "story-key";
const TOKEN_SECONDS = 600;
/** The role that trusts the provider. */
export const WEB_ROLE_ARN = "arn:aws:iam::123456789012:role/web";
/** The subject that the role trusts. */
export const TRUSTED_SUBJECT = "repo:example/app:ref:refs/heads/main";

/** A provider with a key of its own. */
export interface StoryProvider {
  /** The configuration file that declares the provider and its role. */
  readonly config: string;
  /** Signs a token; what is left out is what the role trusts. @returns the token */
  token(claims?: { readonly aud?: string; readonly sub?: string; readonly exp?: number }): string;
}

/** Makes a provider. */
export function makeStoryProvider(): StoryProvider {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = {
    keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" }],
  };
  const trustPolicy = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${HOST}` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: { [`${HOST}:aud`]: "sts.amazonaws.com" },
        StringLike: { [`${HOST}:sub`]: "repo:example/app:*" },
      },
    },
  };
  const document = {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" },
  };
  const role = { name: "web", trustPolicy, policies: [{ name: "connect", document }] };
  const provider = { url: ISSUER, clientIds: ["sts.amazonaws.com"], jwks };
  return {
    config: JSON.stringify({
      accounts: [{ id: "123456789012", roles: [role], oidcProviders: [provider] }],
    }),
    token: (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: ISSUER,
        aud: "sts.amazonaws.com",
        sub: TRUSTED_SUBJECT,
        iat: now - TOKEN_SECONDS,
        exp: now + TOKEN_SECONDS,
        ...claims,
      };
      const signed = [{ alg: "RS256", typ: "JWT", kid: KEY_ID }, payload]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const signature = sign("sha256", Buffer.from(signed), privateKey);
      return `${signed}.${signature.toString("base64url")}`;
    },
  };
}

/** The environment of a program that has nothing but a token: no access key, a file and a role. */
export function webIdentityEnvironment(
  emulator: EmulatorProcess,
  name: string,
  token: string,
): NodeJS.ProcessEnv {
  const file = join(emulator.directory, `${name}.jwt`);
  writeFileSync(file, token);
  return {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_ARN: WEB_ROLE_ARN,
    AWS_ROLE_SESSION_NAME: name,
  };
}
