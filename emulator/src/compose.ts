/** The composition root: makes everything from the configuration, starts it and stops it. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import { DecisionLog, type DecisionRecord } from "./audit/index.ts";
import {
  accountOfAccessKeyId,
  OidcTokens,
  OneTimePasswords,
  openAccounts,
} from "./accounts/index.ts";
import { type Cluster, type ClusterDirectory, createConnectionAuthorizer } from "./auth/index.ts";
import type { ReadyInfo } from "./cli/index.ts";
import { createEmulatorClock } from "./clock/index.ts";
import {
  type ConfiguredAccount,
  DEFAULT_ACCESS_KEY_ID,
  describeInFile,
  type EmulatorConfig,
  makeDefaultUser,
} from "./config/index.ts";
import { buildControlPlane } from "./control-plane/index.ts";
import { describeAccount } from "./iam/index.ts";
import { clusterHostName, LIMITS, parseClusterEndpoint } from "./dsql/index.ts";
import {
  createPgliteEngine,
  lockDirectory,
  type MultiplexerEvent,
  startPgliteProcess,
} from "./engine/index.ts";
import { createPostgresListener, type FindSecureContext } from "./server/index.ts";
import { openCertificateAuthority, ownCertificate } from "./server/tls/index.ts";
import { CancelKeys, type EngineDirectory, type SqlEngine } from "./session/index.ts";
import { encodeBase32 } from "./shared/index.ts";
import {
  loadOrCreateCredentials,
  loadOrCreateSessionKey,
  MemoryClusterDirectory,
  MemoryConnectionGate,
  MemoryNetworkDirectory,
  unmappedRoleMappingStore,
} from "./stores/index.ts";

/** Time from a connection to the end of its authentication; PostgreSQL's authentication_timeout. */
const STARTUP_TIMEOUT_MS = 60_000;
/** In the state directory; two emulators on one would overwrite each other's files. */
const LOCK_FILE = "emulator.lock";
const SESSION_ID_BYTES = 16;
const SECRET_KEY_BYTES = 4;

/** What the emulator tells while it runs. */
export type EmulatorEvent =
  | { readonly kind: "decision"; readonly record: DecisionRecord }
  | { readonly kind: "engine"; readonly cluster: string; readonly event: MultiplexerEvent }
  | { readonly kind: "notice"; readonly message: string }
  | {
      readonly kind: "internal-error";
      readonly sessionId: string | undefined;
      readonly error: unknown;
    };

/** What the emulator is composed from. */
export interface EmulatorParts {
  readonly config: EmulatorConfig;
  /** Where the CA and the generated credentials are kept; made when it is missing. */
  readonly stateDirectory: string;
  /** The version that `/_emulator/health` shows. */
  readonly version: string;
  readonly onEvent: (event: EmulatorEvent) => void;
}

/** An emulator that serves. */
export interface Emulator {
  /** What a ready file says of it. */
  readonly info: ReadyInfo;
  /** Tells the clients, closes everything, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Starts everything; when it returns, both ports listen.
 *
 * @throws Error when the state directory is another emulator's, or a port, a file or a certificate
 *   cannot be used; nothing is left running then
 */
export async function startComposed(parts: EmulatorParts): Promise<Emulator> {
  const { stateDirectory } = parts;
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(stateDirectory, join(stateDirectory, LOCK_FILE));
  try {
    const emulator = await startLocked(parts);
    return { info: emulator.info, stop: () => emulator.stop().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(parts: EmulatorParts): Promise<Emulator> {
  const { config, stateDirectory, onEvent } = parts;
  const clock = createEmulatorClock();
  const configured = withDefaultUser(config, stateDirectory);
  const { accounts, sessionTokens, keep } = openAccounts({
    accounts: configured.map(({ membership, ...declared }) => ({ declared, membership })),
    dataDirectory: config.dataDirectory,
    sessionKey: loadOrCreateSessionKey(stateDirectory),
    clock,
  });
  await keep();
  const clusterPolicies = new Map(config.clusters.map(({ arn, policy }) => [arn, policy]));
  const clusters = config.clusters.map((cluster): Cluster => ({ ...cluster, status: "ACTIVE" }));
  const directory = new MemoryClusterDirectory({
    clusters,
    aliases: new Map(config.aliases.map(({ hostName, ...endpoint }) => [hostName, endpoint])),
  });
  const gate = new MemoryConnectionGate(config.limits, clock);
  const log = new DecisionLog({ clock });
  const authorizer = createConnectionAuthorizer({
    clock,
    mode: config.enforce,
    onDecision: (decision) => {
      onEvent({ kind: "decision", record: log.record(decision) });
    },
    ports: {
      clusters: directory,
      gate,
      accessKeys: accounts,
      networks: new MemoryNetworkDirectory(config.networks),
      policies: {
        policiesFor: (principal, { arn, accountId }) => ({
          ...accounts.policiesOf(principal, accountId),
          resource: clusterPolicies.get(arn),
        }),
      },
      roleMappings: unmappedRoleMappingStore,
    },
  });
  const engines = createEngines(parts);
  const certificates = await openCertificates(parts, directory);
  const listener = createPostgresListener({
    findSecureContext: certificates.find,
    environment: {
      authorizer,
      engines,
      observer: {
        opened: (connection) => {
          log.opened(connection);
        },
        closed: (connection, reason) => {
          log.closed(connection, reason);
        },
        ended: (sessionId, { clientAddress, reason }) => {
          gate.givePlaceBack(sessionId);
          log.ended(sessionId);
          // What never got to a decision leaves this line and no record.
          if (log.find(sessionId) === undefined) {
            onEvent({
              kind: "notice",
              message: `connection from ${clientAddress} ended before a decision: ${reason}`,
            });
          }
        },
      },
      cancelKeys: new CancelKeys(config.cancelRequests),
      clock,
      explainsErrors: config.explainErrors,
      maxMessageBytes: LIMITS.maxMessageBytes.value,
      startupTimeoutMs: STARTUP_TIMEOUT_MS,
      newSessionId: () => encodeBase32(randomBytes(SESSION_ID_BYTES)),
      newSecretKey: () => randomBytes(SECRET_KEY_BYTES).readInt32BE(),
      onInternalError: (error, sessionId) => {
        onEvent({ kind: "internal-error", sessionId, error });
      },
    },
  });
  let isReady = false;
  const described = clusters.map((cluster) => ({
    identifier: cluster.identifier,
    arn: cluster.arn,
    endpoint: clusterHostName({ cluster: cluster.identifier, region: cluster.region }),
    region: cluster.region,
  }));
  const accountId = config.accounts[0]?.accountId ?? "";
  const controlPlane = buildControlPlane({
    version: parts.version,
    mode: config.enforce,
    accountId,
    region: config.defaultRegion,
    clock,
    readiness: { isReady: () => isReady },
    clusters: { count: () => clusters.length },
    connections: log,
    state: {
      describe: (options) => ({
        accounts: accounts
          .directories()
          .map((directory) => describeInFile(describeAccount(directory.snapshot()), options)),
        clusters: config.clusters.map(({ identifier, region, accountId: account, tags }) => ({
          identifier,
          region,
          account,
          tags,
        })),
      }),
    },
    ca: { caCertificate: () => certificates.caCertificatePem },
    bindHost: config.host,
    allowedHosts: [
      ...described.map(({ endpoint }) => endpoint),
      ...config.aliases.map(({ hostName }) => hostName),
    ],
    onInternalError: (error) => {
      onEvent({ kind: "internal-error", sessionId: undefined, error });
    },
    aws: {
      accessKeys: accounts,
      accounts: { directoryOf: (id) => accounts.directoryOf(id), keep },
      authorization: accounts,
      requestIds: { newRequestId: () => randomUUID() },
      sts: {
        sessions: sessionTokens,
        webIdentities: new OidcTokens(clock),
        oneTimePasswords: new OneTimePasswords(),
        accountOfAccessKeyId,
      },
    },
  });
  const stop = async (): Promise<void> => {
    isReady = false;
    await Promise.allSettled([listener.stop(), controlPlane.close()]);
    await engines.stop();
    // When a key was last used is kept only now.
    await keep().catch((error: unknown) => {
      onEvent({ kind: "notice", message: error instanceof Error ? error.message : String(error) });
    });
  };
  try {
    const postgres = await listener.listen(config.host, config.pgPort);
    const url = await controlPlane.listen({ host: config.host, port: config.httpPort });
    isReady = true;
    const [firstKey] = configured.flatMap(({ users }) => users).flatMap((user) => user.accessKeys);
    return {
      stop,
      info: {
        pid: process.pid,
        postgres,
        http: { url },
        caCertificate: certificates.caCertificatePath,
        region: config.defaultRegion,
        accountId,
        credentials: {
          accessKeyId: firstKey?.id ?? "",
          secretAccessKey: firstKey?.secret ?? "",
        },
        clusters: described,
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The accounts of the configuration, with the default user, whose secret is generated if need be. */
function withDefaultUser(
  { accounts, defaultUser }: EmulatorConfig,
  stateDirectory: string,
): readonly ConfiguredAccount[] {
  if (defaultUser === undefined) return accounts;
  const { accountId, secretAccessKey } = defaultUser;
  const secret =
    secretAccessKey ??
    loadOrCreateCredentials(stateDirectory, DEFAULT_ACCESS_KEY_ID).secretAccessKey;
  return accounts.map((account) =>
    account.accountId === accountId
      ? { ...account, users: [makeDefaultUser(secret), ...account.users] }
      : account,
  );
}

/** One engine per cluster, made when the first session asks for it. */
function createEngines({
  config,
  onEvent,
}: EmulatorParts): EngineDirectory & { stop(): Promise<void> } {
  const { limits, dataDirectory } = config;
  const engines = new Map<string, SqlEngine>();
  const make = (cluster: Cluster): SqlEngine =>
    createPgliteEngine({
      transactionWaitMs: limits.transactionWaitMs,
      startProcess: () =>
        startPgliteProcess({
          dataDirectory:
            dataDirectory === undefined
              ? undefined
              : join(dataDirectory, "clusters", cluster.region, cluster.identifier),
          statementWatchdogMs: limits.statementWatchdogMs,
          memoryLimitMiB: limits.memoryLimitMiB,
        }),
      onEvent: (event) => {
        onEvent({ kind: "engine", cluster: cluster.arn, event });
      },
    });
  return {
    engineOf: (cluster) => {
      const engine = engines.get(cluster.arn) ?? make(cluster);
      engines.set(cluster.arn, engine);
      return engine;
    },
    stop: async () => {
      await Promise.allSettled([...engines.values()].map((engine) => engine.stop()));
    },
  };
}

interface Certificates {
  readonly find: FindSecureContext;
  readonly caCertificatePath: string;
  /** `undefined` with a certificate of the user's own, whose CA is not known here. */
  readonly caCertificatePem: string | undefined;
}

/** Certificates for the names of existing clusters; whoever asks for another name gets the default one. */
async function openCertificates(
  parts: EmulatorParts,
  clusters: ClusterDirectory,
): Promise<Certificates> {
  const { config, stateDirectory, onEvent } = parts;
  if (config.tls !== undefined) {
    const own: SecureContext = ownCertificate(config.tls);
    return {
      find: async () => own,
      caCertificatePath: config.tls.certificateFile,
      caCertificatePem: undefined,
    };
  }
  const authority = await openCertificateAuthority({
    directory: stateDirectory,
    defaultNames: isWildcard(config.host) ? [] : [config.host],
  });
  for (const message of authority.notices) onEvent({ kind: "notice", message });
  const isKnown = (name: string): boolean => {
    const endpoint = parseClusterEndpoint(name) ?? clusters.resolveAlias(name);
    return (
      endpoint !== undefined &&
      clusters.findCluster(endpoint.cluster, endpoint.region) !== undefined
    );
  };
  return {
    find: async (name) =>
      name !== undefined && isKnown(name) ? authority.leafFor(name) : authority.defaultLeaf(),
    caCertificatePath: authority.caCertificatePath,
    caCertificatePem: authority.caCertificatePem,
  };
}

/** Whether the address stands for all addresses of the machine. */
function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
