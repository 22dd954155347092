import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigurationError, type ConfigurationProblem } from "./configuration-error.ts";
import type { EmulatorConfig } from "./emulator-config.ts";
import { loadConfig } from "./load-config.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dsql-emulator-config-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

function load(args: readonly string[] = [], env: Record<string, string> = {}): EmulatorConfig {
  return loadConfig({ args, env, workingDirectory: directory });
}

function problemsOf(args: readonly string[]): readonly ConfigurationProblem[] {
  try {
    load(args);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const DEFAULTS = {
  configFile: undefined,
  host: "127.0.0.1",
  pgPort: 5432,
  httpPort: 9432,
  dataDirectory: undefined,
  enforce: "strict",
  explainErrors: false,
  logFormat: "pretty",
  readyFile: undefined,
  caFile: undefined,
  eventsFile: undefined,
  tls: undefined,
  cancelRequests: "ignore",
  announceSessionExpiry: false,
  refuseRepeatedGrants: false,
  hooks: { directory: undefined, onFailure: "fail", timeoutMs: 60_000 },
  clock: { startAt: undefined, isFrozen: false },
  clusterLifecycle: {},
  accounts: [
    {
      accountId: "123456789012",
      users: [],
      groups: [],
      roles: [],
      policies: [],
      oidcProviders: [],
    },
  ],
  defaultUser: { accountId: "123456789012", secretAccessKey: undefined },
  defaultRegion: "us-east-1",
  clusters: [
    {
      identifier: "dsqlemulatorlocalcluster2a",
      region: "us-east-1",
      accountId: "123456789012",
      arn: "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a",
      tags: {},
      deletionProtectionEnabled: false,
      databaseRoles: [],
      sql: [],
    },
  ],
  aliases: [{ hostName: "localhost", cluster: "dsqlemulatorlocalcluster2a", region: "us-east-1" }],
  networks: [],
  limits: {
    maxConnectionsPerCluster: 10_000,
    connectionRatePerSecond: 100,
    connectionRateBucket: 1000,
    maxSessionSeconds: 3600,
    maxTransactionSeconds: 300,
    singleRegionClusters: 20,
    multiRegionClusters: 5,
    maxRunningEngines: 4,
    transactionWaitMs: 5000,
    statementWatchdogMs: 15_000,
    memoryLimitMiB: 512,
  },
};

describe("defaults", () => {
  test("hold when nothing is said", () => {
    expect(load()).toStrictEqual(DEFAULTS);
  });

  test("hold when the file says nothing", () => {
    const configFile = write("dsql-emulator.yaml", "# nothing yet\n");
    expect(load()).toStrictEqual({ ...DEFAULTS, configFile });
  });

  test("hold beside declared accounts, of which the first gets the default user and cluster", () => {
    write("dsql-emulator.yaml", "accounts: {'111111111111': {}, '222222222222': {}}\n");
    const { accounts, defaultUser, clusters } = load();
    expect(accounts.map(({ accountId }) => accountId)).toEqual(["111111111111", "222222222222"]);
    expect(defaultUser?.accountId).toBe("111111111111");
    expect(clusters.map(({ arn }) => arn)).toEqual([
      "arn:aws:dsql:us-east-1:111111111111:cluster/dsqlemulatorlocalcluster2a",
    ]);
  });
});

describe("precedence", () => {
  const file = "host: file\npgPort: 1\nenforce: 'off'\nexplainErrors: true\nlogFormat: json\n";
  const env = { DSQL_EMULATOR_HOST: "env", DSQL_EMULATOR_PG_PORT: "2" };
  const args = ["--host", "option"];
  const { host, pgPort, enforce, explainErrors, logFormat } = DEFAULTS;
  test.each([
    ["default", "{}", {}, [], { host, pgPort, enforce, explainErrors, logFormat }],
    [
      "file before default",
      file,
      {},
      [],
      { host: "file", pgPort: 1, enforce: "off", explainErrors: true, logFormat: "json" },
    ],
    [
      "environment before file",
      file,
      env,
      [],
      { host: "env", pgPort: 2, enforce: "off", explainErrors: true, logFormat: "json" },
    ],
    [
      "option before environment",
      file,
      env,
      args,
      { host: "option", pgPort: 2, enforce: "off", explainErrors: true, logFormat: "json" },
    ],
    [
      "an option that says false before a file that says true",
      file,
      {},
      ["--explain-errors=false"],
      { host: "file", pgPort: 1, enforce: "off", explainErrors: false, logFormat: "json" },
    ],
  ])("%s", (_name, text, variables, options, expected) => {
    write("dsql-emulator.yaml", text);
    expect(load(options, variables)).toMatchObject(expected);
  });
});

describe("paths", () => {
  test("of options begin at the working directory, those of the file at the file", () => {
    mkdirSync(join(directory, "conf"));
    write("conf/cert.pem", "");
    write("conf/key.pem", "");
    const configFile = write(
      "conf/a.json",
      '{"dataDir": "data", "readyFile": "ready.json", "tls": {"certificateFile": "cert.pem", "keyFile": "key.pem"}}',
    );
    const { dataDirectory, readyFile, eventsFile, tls, ...rest } = load([
      ...["--config", "conf/a.json"],
      ...["--ready-file", "other.json"],
    ]);
    expect({ dataDirectory, readyFile, tls, configFile: rest.configFile }).toEqual({
      configFile,
      dataDirectory: join(directory, "conf", "data"),
      readyFile: join(directory, "other.json"),
      tls: {
        certificateFile: join(directory, "conf", "cert.pem"),
        keyFile: join(directory, "conf", "key.pem"),
      },
    });
  });

  test("a certificate must exist", () => {
    write("dsql-emulator.yaml", "tls: {certificateFile: c.pem, keyFile: .}\n");
    expect(problemsOf([])).toEqual([
      {
        path: "tls.certificateFile",
        message: `is \`${join(directory, "c.pem")}\`; expected an existing file`,
      },
      { path: "tls.keyFile", message: `is \`${directory}\`; expected an existing file` },
    ]);
  });
});

describe("the file", () => {
  test("must exist when it is named", () => {
    const path = join(directory, "none.yaml");
    expect(problemsOf(["--config", "none.yaml"])).toEqual([{ path, message: "does not exist" }]);
  });

  test("replaces the one of the working directory when it is named", () => {
    write("dsql-emulator.yaml", "host: a\n");
    write("other.yaml", "host: b\n");
    expect(load([], { DSQL_EMULATOR_CONFIG: "other.yaml" }).host).toBe("b");
  });

  test("must not be a directory, named or not", () => {
    mkdirSync(join(directory, "dsql-emulator.yaml"));
    expect(problemsOf([])).toEqual([
      {
        path: join(directory, "dsql-emulator.yaml"),
        message: "is a directory; expected a YAML or JSON file",
      },
    ]);
  });

  test("must hold a mapping", () => {
    const path = write("dsql-emulator.yaml", "- a\n");
    expect(problemsOf([])).toEqual([{ path, message: "is a list; expected a mapping" }]);
  });
});

describe("problems", () => {
  test("of options, schema and references come all at once, in one error", () => {
    write("dsql-emulator.yaml", "hots: x\naliases: {db: aaaaaaaaaaaaaaaaaaaaaaaaaa}\n");
    expect(() => load(["--pg-port", "x"])).toThrow(
      new ConfigurationError([
        { path: "--pg-port", message: "is `x`; expected a port from 0 to 65535" },
        {
          path: "hots",
          message:
            "is not a known key; known here: host, pgPort, httpPort, dataDir, enforce, explainErrors, logFormat, readyFile, caFile, eventsFile, tls, hooksDirectory, hooks, cancelRequests, announceSessionExpiry, refuseRepeatedGrants, clock, clusterLifecycle, defaultUser, accounts, organization, networks, clusters, aliases, limits",
        },
        {
          path: "aliases.db",
          message:
            "is `aaaaaaaaaaaaaaaaaaaaaaaaaa`; expected a declared cluster: dsqlemulatorlocalcluster2a",
        },
      ]),
    );
  });

  test("two listeners on one port are one, two on any free port none", () => {
    expect(problemsOf(["--pg-port", "7", "--http-port", "7"])).toEqual([
      { path: "httpPort", message: "is 7, which is also pgPort; expected two ports" },
    ]);
    expect(problemsOf(["--pg-port", "0", "--http-port", "0"])).toEqual([]);
  });
});

test("the configuration is frozen with everything in it", () => {
  const config = load();
  const unfrozen: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) unfrozen.push(path);
    for (const [key, child] of Object.entries(value)) walk(child, `${path}.${key}`);
  };
  walk(config, "config");
  expect(unfrozen).toEqual([]);
  expect(Object.isFrozen(config.accounts[0]?.users)).toBe(true);
});
