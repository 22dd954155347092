/** From command line, environment and file to the one configuration that the emulator runs with. */
import { resolve } from "node:path";
import { ConfigurationError } from "./configuration-error.ts";
import { clusterArn } from "../dsql/index.ts";
import {
  DEFAULT_ACCESS_KEY_ID,
  DEFAULT_ACCOUNT_ID,
  DEFAULT_CLUSTER,
  DEFAULT_LIMITS,
  DEFAULT_POLICY_NAME,
  DEFAULT_REGION,
  DEFAULT_USER_NAME,
  FULL_ACCESS,
} from "./defaults.ts";
import type { EmulatorConfig } from "./emulator-config.ts";
import { parseStartOptions } from "./start-options.ts";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Arguments behind `start`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base of relative paths of options and environment; absolute. */
  readonly workingDirectory: string;
}

/**
 * Reads and checks everything. An option wins over the environment, that over the file, that over the
 * default.
 *
 * @throws ConfigurationError with all problems at once
 */
export function loadConfig({ args, env, workingDirectory }: ConfigSources): EmulatorConfig {
  const { values, problems } = parseStartOptions(args, env);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(workingDirectory, path);
  const userArn = `arn:aws:iam::${DEFAULT_ACCOUNT_ID}:user/${DEFAULT_USER_NAME}`;
  return {
    configFile: undefined,
    host: values.host ?? "127.0.0.1",
    pgPort: values.pgPort ?? 5432,
    httpPort: values.httpPort ?? 9432,
    dataDirectory: absolute(values.dataDir),
    enforce: values.enforce ?? "strict",
    explainErrors: values.explainErrors ?? false,
    logFormat: values.logFormat ?? "pretty",
    readyFile: absolute(values.readyFile),
    tls: undefined,
    cancelRequests: "ignore",
    accounts: [DEFAULT_ACCOUNT_ID],
    defaultRegion: DEFAULT_REGION,
    users: [
      {
        accountId: DEFAULT_ACCOUNT_ID,
        name: DEFAULT_USER_NAME,
        path: "/",
        arn: userArn,
        accessKeys: [
          {
            accessKeyId: DEFAULT_ACCESS_KEY_ID,
            secretAccessKey: undefined,
            status: "Active",
          },
        ],
        policies: [
          {
            document: FULL_ACCESS,
            source: { kind: "inline", name: DEFAULT_POLICY_NAME, attachedTo: userArn },
          },
        ],
      },
    ],
    managedPolicies: [],
    clusters: [
      {
        identifier: DEFAULT_CLUSTER,
        region: DEFAULT_REGION,
        accountId: DEFAULT_ACCOUNT_ID,
        arn: clusterArn(DEFAULT_REGION, DEFAULT_ACCOUNT_ID, DEFAULT_CLUSTER),
        tags: {},
      },
    ],
    aliases: [{ hostName: "localhost", cluster: DEFAULT_CLUSTER, region: DEFAULT_REGION }],
    limits: DEFAULT_LIMITS,
  };
}
