/** A listener as the program makes it, with stores in memory, a fresh authority and a given engine. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import type { DecisionLog } from "../../src/audit/index.ts";
import { createConnectionAuthorizer } from "../../src/auth/index.ts";
import { createEmulatorClock, type EmulatorClock } from "../../src/clock/index.ts";
import { parseClusterEndpoint } from "../../src/dsql/index.ts";
import {
  type AttachedPolicy,
  type FoundAccessKey,
  parsePolicyDocument,
} from "../../src/iam/index.ts";
import { createPostgresListener, type PostgresListener } from "../../src/server/index.ts";
import { openCertificateAuthority } from "../../src/server/tls/index.ts";
import {
  CancelKeys,
  type CancelRequestMode,
  type ConnectionEnvironment,
  DSQL_SESSION_LIMITS,
  type EngineDirectory,
  type OpenConnection,
  type SessionLimits,
} from "../../src/session/index.ts";
import { encodeBase32 } from "../../src/shared/index.ts";
import {
  MemoryClusterDirectory,
  MemoryConnectionGate,
  unmappedRoleMappingStore,
} from "../../src/stores/index.ts";
import { PRINCIPAL_ARN, TEST_CLUSTER } from "../fixtures/auth/connection-world.ts";
import { TEST_ACCESS_KEY, TEST_HOST } from "../fixtures/sigv4/sign-token.ts";
import { passwordMessage, SSL_REQUEST, startupMessage } from "../wire/messages.ts";
import { WireClient } from "./wire-client.ts";

/** What a test chooses. */
export interface WireServerOptions {
  readonly engines: EngineDirectory;
  readonly cancelRequests?: CancelRequestMode;
  readonly startupTimeoutMs?: number;
  /** Called before a certificate is looked for: a promise holds it back; when it throws, there is none. */
  readonly beforeCertificate?: (serverName: string | undefined) => Promise<void> | undefined;
  readonly newSecretKey?: () => number;
  /** 0, any free one, unless given. */
  readonly port?: number;
  /** One that follows the system's, unless given. */
  readonly clock?: EmulatorClock;
  readonly sessionLimits?: SessionLimits;
  /** Is told of decisions and connections. */
  readonly decisionLog?: DecisionLog;
  /** Places of the cluster; 10,000 unless given. */
  readonly maxConnections?: number;
}

/** How a client logs in; what is left out is right. */
export interface LogIn {
  /** SNI; the public host name unless given, `undefined` for none. */
  readonly serverName?: string | undefined;
  readonly user?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly password?: string;
}

/** A listener that listens, and what it has said. */
export interface WireServer {
  readonly port: number;
  readonly listener: PostgresListener;
  /** PEM of the authority that clients shall trust. */
  readonly ca: string;
  /** What observers were told, in order: `opened`, `closed: reason`, `ended`, `decided: …`. */
  readonly log: readonly string[];
  /** Those that are open, in the order in which they were opened. */
  readonly connections: ReadonlySet<OpenConnection>;
  /** Messages of the errors that the emulator reported about itself. */
  readonly internalErrors: readonly string[];
  /** Resolves when this many connections have ended. */
  untilEnded(count: number): Promise<void>;
  /** A token that is right. */
  token(): Promise<string>;
  /** A client behind the TLS handshake. */
  encrypted(serverName?: string): Promise<WireClient>;
  /** A client that has sent its password; the answer is not read. */
  authenticating(logIn?: LogIn): Promise<WireClient>;
  /** A client that has got ReadyForQuery, and the lines before it. */
  loggedIn(logIn?: LogIn): Promise<{ client: WireClient; greeting: string[] }>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

/** The name that stands for the cluster by configuration. */
export const ALIAS = "database.test";

/** Starts a listener on a free port. */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const directory = mkdtempSync(join(tmpdir(), "wire-"));
  const authority = await openCertificateAuthority({ directory });
  const log: string[] = [];
  const internalErrors: string[] = [];
  const connections = new Set<OpenConnection>();
  const watchers = new Set<() => void>();
  const note = (line: string): void => {
    log.push(line);
    for (const watcher of watchers) watcher();
  };
  const environment = makeEnvironment(options, { note, connections, internalErrors });
  const listener = createPostgresListener({
    environment,
    findSecureContext: async (serverName) => {
      await options.beforeCertificate?.(serverName);
      return serverName !== undefined && isKnownName(serverName)
        ? authority.leafFor(serverName)
        : authority.defaultLeaf();
    },
  });
  const { port } = await listener.listen("127.0.0.1", options.port ?? 0);

  const signer = new DsqlSigner({
    hostname: TEST_HOST,
    region: "us-east-1",
    credentials: TEST_ACCESS_KEY,
  });
  const token = (): Promise<string> => signer.getDbConnectAdminAuthToken();
  const clients = new Set<WireClient>();

  async function encrypted(serverName = TEST_HOST): Promise<WireClient> {
    const client = await WireClient.dial(port);
    clients.add(client);
    client.send(SSL_REQUEST);
    const answer = await client.receiveByte();
    if (answer !== "S") throw new Error(`SSLRequest was answered with ${answer}`);
    await client.startTls({ ca: authority.caCertificatePem, servername: serverName });
    return client;
  }

  async function authenticating(logIn: LogIn = {}): Promise<WireClient> {
    const client = await encrypted(logIn.serverName);
    const user = logIn.user ?? "admin";
    client.send(startupMessage({ user, database: "postgres", ...logIn.parameters }));
    await client.receiveUntil("Authentication");
    client.send(passwordMessage(logIn.password ?? (await token())));
    return client;
  }

  return {
    port,
    listener,
    ca: authority.caCertificatePem,
    log,
    connections,
    internalErrors,
    untilEnded: (count) =>
      new Promise((resolve) => {
        const watcher = (): void => {
          if (log.filter((line) => line === "ended").length < count) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
    token,
    encrypted,
    authenticating,
    loggedIn: async (logIn) => {
      const client = await authenticating(logIn);
      return { client, greeting: await client.receiveUntil("ReadyForQuery") };
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await listener.stop(0);
      rmSync(directory, { recursive: true });
    },
  };
}

function makeEnvironment(
  options: WireServerOptions,
  told: {
    readonly note: (line: string) => void;
    readonly connections: Set<OpenConnection>;
    readonly internalErrors: string[];
  },
): ConnectionEnvironment {
  const { note, connections, internalErrors } = told;
  const clock = options.clock ?? createEmulatorClock();
  const gate = new MemoryConnectionGate(
    {
      connectionRatePerSecond: 1000,
      connectionRateBucket: 1000,
      maxConnectionsPerCluster: options.maxConnections ?? 10_000,
    },
    clock,
  );
  return {
    authorizer: createConnectionAuthorizer({
      clock,
      mode: "strict",
      onDecision: (decision) => {
        const { outcome, refusal } = decision;
        options.decisionLog?.record(decision);
        note(`decided: ${outcome}${refusal === undefined ? "" : ` ${refusal.code}`}`);
      },
      ports: {
        clusters: new MemoryClusterDirectory({
          clusters: [TEST_CLUSTER],
          aliases: new Map([[ALIAS, { cluster: TEST_CLUSTER.identifier, region: "us-east-1" }]]),
        }),
        gate,
        accessKeys: { findAccessKey },
        networks: { networkOf: () => undefined },
        policies: { policiesFor: () => ({ identity: [allowAll()] }) },
        roleMappings: unmappedRoleMappingStore,
      },
    }),
    engines: options.engines,
    observer: {
      opened: (connection) => {
        connections.add(connection);
        options.decisionLog?.opened(connection);
        note(`opened ${connection.applicationName}`.trimEnd());
      },
      closed: (connection, reason) => {
        connections.delete(connection);
        options.decisionLog?.closed(connection, reason);
        note(`closed: ${reason}`);
      },
      ended: (sessionId) => {
        gate.givePlaceBack(sessionId);
        options.decisionLog?.ended(sessionId);
        note("ended");
      },
    },
    cancelKeys: new CancelKeys(options.cancelRequests ?? "ignore"),
    clock,
    sessionLimits: options.sessionLimits ?? DSQL_SESSION_LIMITS,
    explainsErrors: false,
    maxMessageBytes: 10 * 1024 * 1024,
    startupTimeoutMs: options.startupTimeoutMs ?? 60_000,
    newSessionId: () => encodeBase32(randomBytes(16)),
    newSecretKey: options.newSecretKey ?? (() => randomBytes(4).readInt32BE()),
    onInternalError: (error) => {
      internalErrors.push(error instanceof Error ? error.message : String(error));
    },
  };
}

function findAccessKey(accessKeyId: string): FoundAccessKey {
  if (accessKeyId !== TEST_ACCESS_KEY.accessKeyId)
    return { kind: "unknown", reason: "no such key" };
  const caller = {
    kind: "user",
    arn: PRINCIPAL_ARN,
    accountId: TEST_CLUSTER.accountId,
    userId: "AIDAFAKEFAKEFAKEFAKEF",
  } as const;
  return { kind: "found", accessKey: { ...TEST_ACCESS_KEY, status: "Active", caller } };
}

function allowAll(): AttachedPolicy {
  const statement = { Effect: "Allow", Action: "dsql:DbConnect*", Resource: "*" };
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statement });
  if (parsed.kind === "malformed") throw new Error("the fixture is broken");
  const source = { kind: "inline", name: "test", attachedTo: PRINCIPAL_ARN } as const;
  return { document: parsed.document, source };
}

function isKnownName(serverName: string): boolean {
  return serverName.toLowerCase() === ALIAS || parseClusterEndpoint(serverName) !== undefined;
}
