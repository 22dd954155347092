/** The composition root: makes everything from the configuration, starts it and stops it. */
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  DecisionLog,
  type DecisionRecord,
  EventLog,
  JsonLinesFile,
  NeededLog,
} from "./audit/index.ts";
import {
  accountOfAccessKeyId,
  OidcTokens,
  OneTimePasswords,
  openAccounts,
} from "./accounts/index.ts";
import {
  type Cluster,
  CONNECTION_STEPS,
  type ConnectionDecision,
  createConnectionAuthorizer,
} from "./auth/index.ts";
import type { ReadyInfo } from "./cli/index.ts";
import { createEmulatorClock } from "./clock/index.ts";
import { openClusters } from "./compose/cluster-store.ts";
import { openCertificates } from "./compose/certificates.ts";
import { withDefaultUser } from "./compose/configured-accounts.ts";
import { createLiveReviews } from "./compose/coverage.ts";
import { createEngines } from "./compose/engines.ts";
import { GatedConnections } from "./compose/gated-connections.ts";
import { makeStates } from "./compose/make-states.ts";
import { signatureSurroundings } from "./compose/signing-surroundings.ts";
import { openHooks, runHooks } from "./compose/hooks.ts";
import { readyInfo } from "./compose/ready-info.ts";
import { GoneClusters } from "./compose/gone-clusters.ts";
import { describeInFile, type EmulatorConfig } from "./config/index.ts";
import { AWS_OPERATIONS, buildControlPlane } from "./control-plane/index.ts";
import { Faults } from "./faults/index.ts";
import { describeAccount } from "./iam/index.ts";
import { LIMITS } from "./dsql/index.ts";
import type { MultiplexerEvent } from "./engine/index.ts";
import { createPostgresListener } from "./server/index.ts";
import { CancelKeys } from "./session/index.ts";
import { encodeBase32 } from "./shared/index.ts";
import {
  claimDirectory,
  loadOrCreateSessionKey,
  makeDirectory,
  MemoryConnectionGate,
  MemoryNetworkDirectory,
  removeLeftovers,
} from "./stores/index.ts";

/** Time from a connection to the end of its authentication; PostgreSQL's authentication_timeout. */
const STARTUP_TIMEOUT_MS = 60_000;
const SESSION_ID_BYTES = 16;
const SECRET_KEY_BYTES = 4;
/** All that a health check sends. */
const SSL_REQUEST_BYTES = 8;

/** What the emulator tells while it runs. */
export type EmulatorEvent =
  | { readonly kind: "decision"; readonly record: DecisionRecord }
  | { readonly kind: "engine"; readonly database: string; readonly event: MultiplexerEvent }
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
  /** Ends the start while hooks run. */
  readonly signal?: AbortSignal;
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
  makeDirectory(stateDirectory);
  const release = await claimDirectory(stateDirectory);
  try {
    await removeLeftovers(stateDirectory);
    const emulator = await startLocked(parts);
    return { info: emulator.info, stop: () => emulator.stop().finally(release) };
  } catch (error) {
    await release();
    throw error;
  }
}

async function startLocked(parts: EmulatorParts): Promise<Emulator> {
  const { config, stateDirectory, onEvent } = parts;
  const log: DecisionLog = new DecisionLog({ clock: { now: () => clock.now() } });
  const clock = createEmulatorClock({
    openSessions: () => log.counts().openConnections,
    onTimerError: (error) => {
      onEvent({ kind: "internal-error", sessionId: undefined, error });
    },
  });
  if (config.clock.startAt !== undefined) {
    await clock.change({ kind: "set", to: config.clock.startAt });
  }
  if (config.clock.isFrozen) await clock.change({ kind: "freeze" });
  const configured = withDefaultUser(config, stateDirectory);
  const opened = openAccounts({
    accounts: configured.map(({ membership, ...declared }) => ({ declared, membership })),
    dataDirectory: config.dataDirectory,
    sessionKey: loadOrCreateSessionKey(stateDirectory),
    clock,
  });
  const { accounts, sessionTokens, keep } = opened;
  await keep();
  const goneClusters = new GoneClusters();
  const store = openClusters({
    declared: config.clusters,
    aliases: config.aliases,
    dataDirectory: config.dataDirectory,
    durations: config.clusterLifecycle,
    quotas: {
      singleRegionClusters: config.limits.singleRegionClusters,
      multiRegionClusters: config.limits.multiRegionClusters,
    },
    clock,
    onEvent: (event) => {
      if (event.kind === "gone") goneClusters.add(event);
    },
  });
  await store.keep();
  const { clusters } = store;
  const gate = new MemoryConnectionGate(config.limits, clock);
  const notice = (message: string): void => {
    onEvent({ kind: "notice", message });
  };
  const eventsFile =
    config.eventsFile === undefined ? undefined : new JsonLinesFile(config.eventsFile, notice);
  const events = new EventLog({
    clock,
    newEventId: () => randomUUID(),
    ...(eventsFile === undefined
      ? {}
      : {
          onLine: (line: string) => {
            eventsFile.append(line);
          },
        }),
  });
  const faults = new Faults({
    operations: AWS_OPERATIONS,
    connectSteps: CONNECTION_STEPS,
    wait: (ms, signal) => pause(ms, undefined, { ref: false, signal }).catch(() => undefined),
  });
  const needed = new NeededLog();
  const authorizer = createConnectionAuthorizer({
    clock,
    mode: config.enforce,
    onDecision: (decision) => {
      reviews.counters.recordConnection(decision);
      events.recordConnection(decision);
      const { principal, accessKeyId, cluster } = decision;
      if (principal !== undefined && accessKeyId !== undefined && cluster !== undefined) {
        accounts.recordUse(principal, accessKeyId, { service: "dsql", region: cluster.region });
      }
      if (wakesCluster(decision)) clusters.clientConnects(decision.cluster.identifier);
      const record = log.record(decision);
      needed.add(record);
      onEvent({ kind: "decision", record });
    },
    ports: {
      faults,
      clusters: store,
      gate,
      accessKeys: accounts,
      networks: new MemoryNetworkDirectory(config.networks),
      surroundings: signatureSurroundings({ accounts, clusters, aliases: config.aliases, clock }),
      policies: {
        policiesFor: (principal, { identifier, region, accountId }) => ({
          ...accounts.policiesOf(principal, accountId),
          resource: clusters.policyOf(identifier, region),
        }),
      },
      roleMappings: {
        isMapped: (cluster, { arn, issuerArn = arn }, role) =>
          engines.engineOf(cluster).isMapped(issuerArn, role),
        mappingFacts: (cluster, { arn, issuerArn = arn }, role) =>
          engines.engineOf(cluster).mappingFacts(issuerArn, role),
      },
    },
  });
  const engines = createEngines({
    config,
    databaseOf: ({ region, identifier }) =>
      clusters.findCluster(identifier)?.database ?? { region, identifier },
    onEvent: (database, event) => {
      onEvent({ kind: "engine", database, event });
    },
  });
  const reviews = createLiveReviews({
    config,
    accounts,
    sessionTokens,
    store,
    clock,
    log,
    engineOf: (cluster) => engines.engineOf(cluster),
  });
  const gated = new GatedConnections();
  const oneTimePasswords = new OneTimePasswords();
  const hooks = openHooks(config, notice);
  const certificates = await openCertificates({ config, stateDirectory, onNotice: notice }, store);
  const listener = createPostgresListener({
    findSecureContext: certificates.find,
    environment: {
      authorizer: gated.authorizer(authorizer, store),
      engines,
      observer: {
        opened: (connection) => {
          gated.arrived(connection.sessionId);
          clusters.connectionOpened(connection.authorization.cluster.identifier);
          log.opened(connection);
        },
        closed: (connection, reason) => {
          clusters.connectionClosed(connection.authorization.cluster.identifier);
          log.closed(connection, reason);
        },
        ended: (sessionId, { clientAddress, reason, bytesReceived }) => {
          gated.arrived(sessionId);
          gate.givePlaceBack(sessionId);
          log.ended(sessionId);
          // What never got to a decision leaves this line and no record; who only looks whether somebody is there, none.
          if (log.find(sessionId) === undefined && bytesReceived > SSL_REQUEST_BYTES) {
            onEvent({
              kind: "notice",
              message: `connection from ${clientAddress} ended before a decision: ${reason}`,
            });
          }
        },
      },
      cancelKeys: new CancelKeys(config.cancelRequests),
      clock,
      sessionLimits: {
        maxSessionSeconds: config.limits.maxSessionSeconds,
        maxTransactionSeconds: config.limits.maxTransactionSeconds,
        announcesExpiry: config.announceSessionExpiry,
      },
      requiresRoleMappings: config.enforce === "strict",
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
  await engines.finishDrops(store.wasKept);
  await goneClusters.start({
    ...engines,
    keepClusters: () => store.keep(),
    endSessionsOf: ({ arn }) => listener.endSessionsOf(arn, "the cluster was deleted"),
    onError: (error) => {
      onEvent({ kind: "internal-error", sessionId: undefined, error });
    },
  });
  let isReady = false;
  const described = (): ReadyInfo["clusters"] =>
    clusters
      .allClusters()
      .map(({ identifier, arn, endpoint, region }) => ({ identifier, arn, endpoint, region }));
  const accountId = config.accounts[0]?.accountId ?? "";
  const controlPlane = buildControlPlane({
    version: parts.version,
    mode: config.enforce,
    accountId,
    region: config.defaultRegion,
    clock,
    readiness: { isReady: () => isReady },
    clusters: { count: () => clusters.count() },
    connections: log,
    hooks,
    reviews,
    coverage: reviews,
    needed,
    faults,
    events,
    states: makeStates(
      {
        ...{ config, clock, opened, store, engines, listener, faults, log, events, needed },
        ...{ gate: gated.gate, connectionGate: gate, coverage: reviews, oneTimePasswords },
      },
      parts.version,
    ),
    state: {
      describe: (options) => ({
        accounts: accounts
          .directories()
          .map((directory) => describeInFile(describeAccount(directory.snapshot()), options)),
        clusters: clusters.snapshot().clusters.map((record) => ({
          identifier: record.identifier,
          region: record.region,
          account: record.accountId,
          tags: record.tags,
          deletionProtection: record.deletionProtectionEnabled,
          ...(record.policy === undefined
            ? {}
            : { policy: JSON.parse(record.policy.text) as object }),
        })),
      }),
    },
    ca: { caCertificate: () => certificates.caCertificatePem },
    bindHost: config.host,
    allowedHosts: [
      ...described().map(({ endpoint }) => endpoint),
      ...config.aliases.map(({ hostName }) => hostName),
    ],
    onInternalError: (error) => {
      onEvent({ kind: "internal-error", sessionId: undefined, error });
    },
    aws: {
      gate: gated.gate,
      faults,
      events,
      accessKeys: accounts,
      uses: accounts,
      accounts: { directoryOf: (id) => accounts.directoryOf(id), keep },
      clusters,
      keepClusters: () => store.keep(),
      authorization: reviews.authorization,
      requestIds: { newRequestId: () => randomUUID() },
      sts: {
        sessions: sessionTokens,
        webIdentities: new OidcTokens(clock),
        oneTimePasswords,
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
      notice(error instanceof Error ? error.message : String(error));
    });
    await eventsFile?.flush();
  };
  try {
    const postgres = await listener.listen(config.host, config.pgPort);
    const url = await controlPlane.listen({ host: config.host, port: config.httpPort });
    const caCertificate = certificates.caCertificatePath;
    const facts = { url, accounts: configured, postgres, caCertificate, accountId };
    const info = (): ReadyInfo => readyInfo(config, { ...facts, clusters: described() });
    await runHooks(hooks, config, {
      ...{ config, accounts, store, engines, clock, info: info() },
      ...{ keepAccounts: keep, signal: parts.signal, onNotice: notice },
    });
    isReady = true;
    return { stop, info: info() };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whether somebody who may connect has asked for the cluster. */
function wakesCluster(
  decision: ConnectionDecision,
): decision is ConnectionDecision & { readonly cluster: Cluster } {
  const { cluster, outcome, refusal } = decision;
  return cluster !== undefined && (outcome === "admitted" || refusal?.code === "cluster_waking_up");
}
