/** The ways in which a token may have been changed after it was signed, undone one at a time. */
import { formatAmzDate } from "./amz-date.ts";
import { AWS_REGIONS } from "./aws-regions.ts";
import type { AuthToken, QueryParameter } from "./auth-token.ts";
import { SECURITY_TOKEN_PARAMETER } from "./constants.ts";
import { type CredentialScope, formatScope } from "./credential-scope.ts";

/** Stable names of the mistakes. */
export type SigningMistakeKind =
  | "secret-damaged"
  | "secret-of-other-key"
  | "secret-is-no-secret"
  | "host-port"
  | "host-case"
  | "host-of-other-cluster"
  | "action-changed"
  | "lifetime-changed"
  | "date-changed"
  | "session-token-added"
  | "session-token-damaged"
  | "scope-changed"
  | "signing-key-of-other-scope"
  | "signing-key-of-other-day"
  | "payload-hash"
  | "method"
  | "path"
  | "parameter-order"
  | "parameter-encoding";

/** What else may have been signed or used, as the emulator knows it; empty lists know of nothing. */
export interface SigningSurroundings {
  /** Names of clusters and aliases. */
  readonly hosts: readonly string[];
  /** Besides those of AWS, which are always tried. */
  readonly regions: readonly string[];
  /** All of the accounts; the secrets are only compared with. */
  readonly accessKeys: readonly {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }[];
}

/** Of each list of the surroundings that is tried (our choice): a wrong token costs at most some milliseconds. */
export const MAX_TRIED = { hosts: 30, regions: 5, accessKeys: 100 } as const;

const MS_PER_DAY = 86_400_000;

/** The ports that clients add to a host: PostgreSQL's and that of https. */
const USUAL_PORTS = [5432, 443] as const;

/** Lifetimes that signers write by themselves, in seconds. */
const USUAL_LIFETIMES = [900, 3600, 86_400, 604_800] as const;

/** Services whose signers clients take for DSQL's. */
const USUAL_SERVICES = ["dsql", "rds-db", "rds", "execute-api", "sts"] as const;

/** A change, and the token as it would have been before it. */
export type TokenChange = readonly [
  kind: SigningMistakeKind,
  description: string,
  token: AuthToken,
];

/** The changes that can be undone, the likelier ones first. */
export function tokenChanges(token: AuthToken, surroundings: SigningSurroundings): TokenChange[] {
  return [
    ...hostChanges(token, surroundings.hosts),
    ...parameterChanges(token),
    ...scopeChanges(token, surroundings.regions),
  ];
}

/** The moment some days later, as `X-Amz-Date`. */
export function shiftedDate({ signedAt }: AuthToken, days: number): string {
  return formatAmzDate(new Date(signedAt.getTime() + days * MS_PER_DAY));
}

function hostChanges(token: AuthToken, hosts: readonly string[]): TokenChange[] {
  const { host } = token;
  const lowerCase = host.toLowerCase();
  const withoutPort = host.replace(/:\d+$/, "");
  const ports: TokenChange[] =
    withoutPort === host
      ? USUAL_PORTS.map((port) => [
          "host-port",
          `the host was signed with port ${port}, but the token has no port`,
          { ...token, host: `${host}:${port}` },
        ])
      : [
          [
            "host-port",
            "the host was signed without the port that the token has",
            { ...token, host: withoutPort },
          ],
        ];
  const letterCase: TokenChange[] =
    lowerCase === host
      ? []
      : [
          [
            "host-case",
            "the host was signed in lower case, but the token has it in upper case",
            { ...token, host: lowerCase },
          ],
        ];
  const others = hosts
    .filter((other) => other !== host)
    .slice(0, MAX_TRIED.hosts)
    .map((other): TokenChange => [
      "host-of-other-cluster",
      `the token was signed for host \`${other}\` and its host was changed afterwards`,
      { ...token, host: other },
    ]);
  return [...letterCase, ...ports, ...others];
}

function parameterChanges(token: AuthToken): TokenChange[] {
  const { action, credential, expiresInSeconds, securityToken } = token;
  const signedAction = action === "DbConnect" ? "DbConnectAdmin" : "DbConnect";
  const lifetimes = USUAL_LIFETIMES.filter((seconds) => seconds !== expiresInSeconds);
  return [
    [
      "action-changed",
      `the token was signed for \`${signedAction}\` and \`Action\` was changed afterwards`,
      withParameter(token, "Action", signedAction),
    ],
    ...lifetimes.map((seconds): TokenChange => [
      "lifetime-changed",
      `the token was signed for ${seconds} seconds and \`X-Amz-Expires\` was changed afterwards`,
      withParameter(token, "X-Amz-Expires", String(seconds)),
    ]),
    ...[-1, 1].map((days): TokenChange => {
      const moved = shiftedDate(token, days);
      const ofDay = withScope(token, { ...credential, date: moved.slice(0, 8) });
      return [
        "date-changed",
        `the token was signed for ${moved.slice(0, 8)} and its date was changed afterwards`,
        { ...withParameter(ofDay, "X-Amz-Date", moved), amzDate: moved },
      ];
    }),
    ...(securityToken === undefined ? [] : securityTokenChanges(token, securityToken)),
  ];
}

/** A session token was added, or has been decoded or encoded once too often since it was signed. */
function securityTokenChanges(token: AuthToken, securityToken: string): TokenChange[] {
  const { queryParameters } = token;
  const added = queryParameters.filter(([name]) => name !== SECURITY_TOKEN_PARAMETER);
  const originals: readonly (readonly [string, string])[] = [
    [
      "a `+` in it has become a space: it was decoded as a form",
      securityToken.replaceAll(" ", "+"),
    ],
    ["it was percent-encoded twice", decoded(securityToken)],
  ];
  return [
    [
      "session-token-added",
      `\`${SECURITY_TOKEN_PARAMETER}\` was added after signing`,
      { ...token, queryParameters: added },
    ],
    ...originals
      .filter(([, original]) => original !== securityToken)
      .map(([how, original]): TokenChange => [
        "session-token-damaged",
        `\`${SECURITY_TOKEN_PARAMETER}\` is not what was signed: ${how}`,
        withParameter(token, SECURITY_TOKEN_PARAMETER, original),
      ]),
  ];
}

/** Region and service of the scope were changed after signing. */
function scopeChanges(token: AuthToken, regions: readonly string[]): TokenChange[] {
  const { credential } = token;
  return otherScopes(credential, regions).map(([what, scope]) => [
    "scope-changed",
    `the token was signed for ${what} and \`X-Amz-Credential\` was changed afterwards`,
    withScope(token, scope),
  ]);
}

/** The scope in other regions and for other services, and what is other about it. */
export function otherScopes(
  credential: CredentialScope,
  regions: readonly string[],
): (readonly [what: string, CredentialScope])[] {
  const { region, service } = credential;
  const otherRegions = [
    ...AWS_REGIONS,
    ...[...new Set(regions)]
      .filter((other) => !AWS_REGIONS.includes(other))
      .slice(0, MAX_TRIED.regions),
  ];
  return [
    ...otherRegions
      .filter((other) => other !== region)
      .map((other) => [`region \`${other}\``, { ...credential, region: other }] as const),
    ...USUAL_SERVICES.filter((other) => other !== service).map(
      (other) => [`service \`${other}\``, { ...credential, service: other }] as const,
    ),
  ];
}

function withScope(token: AuthToken, credential: CredentialScope): AuthToken {
  const text = `${credential.accessKeyId}/${formatScope(credential)}`;
  return { ...withParameter(token, "X-Amz-Credential", text), credential };
}

function withParameter(token: AuthToken, changed: string, value: string): AuthToken {
  const queryParameters = token.queryParameters.map(([name, old]): QueryParameter => [
    name,
    name === changed ? value : old,
  ]);
  return { ...token, queryParameters };
}

/** The text decoded once more; as it is where that cannot be done. */
function decoded(text: string): string {
  return /%(?![2-6][0-9A-F]|7[0-9A-E])/.test(text) ? text : decodeURIComponent(text);
}
