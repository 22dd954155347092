/** Options for the usual drivers, so that they reach the emulator as they reach a cluster. */
import { readFileSync } from "node:fs";
import { reachableAddress } from "../cli/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import { clusterOf } from "./cluster-of.ts";
import type { TestEmulator } from "./test-emulator.ts";
import { type TokenFactory, type TokenOptions, tokens } from "./tokens.ts";

/** Who connects, and with which token. */
export interface ConnectAs extends Omit<TokenOptions, "emulator"> {
  /** The password itself, or what makes it for each connection; `tokens.valid` by default. */
  readonly token?: TokenFactory | string;
}

interface CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Makes a fresh token for each connection. */
  readonly password: () => Promise<string>;
  /** The emulator's CA, and the cluster's host name, by which the cluster is chosen. */
  readonly ssl: { readonly ca: string; readonly servername: string };
}

/** Options of `Client` and `Pool` of node-postgres. */
export interface NodePostgresOptions extends CommonOptions {
  readonly user: string;
}

/** Options of postgres.js. */
export interface PostgresJsOptions extends CommonOptions {
  readonly username: string;
}

/**
 * For node-postgres: `new Client(connectionOptions(emulator, { role: "app" }))`.
 *
 * @throws RangeError when the emulator has no such cluster
 */
export function connectionOptions(
  emulator: TestEmulator,
  connectAs: ConnectAs = {},
): NodePostgresOptions {
  return { ...common(emulator, connectAs), user: connectAs.role ?? ADMIN_ROLE };
}

/**
 * For postgres.js: `postgres(postgresJsOptions(emulator, { role: "app" }))`.
 *
 * @throws RangeError when the emulator has no such cluster
 */
export function postgresJsOptions(
  emulator: TestEmulator,
  connectAs: ConnectAs = {},
): PostgresJsOptions {
  return { ...common(emulator, connectAs), username: connectAs.role ?? ADMIN_ROLE };
}

function common(emulator: TestEmulator, connectAs: ConnectAs): CommonOptions {
  const { token = tokens.valid, ...tokenOptions } = connectAs;
  const { host, port } = emulator.postgres;
  return {
    host: reachableAddress(host),
    port,
    database: "postgres",
    password: async () =>
      typeof token === "string" ? token : token({ emulator, ...tokenOptions }),
    ssl: {
      ca: readFileSync(emulator.caCertificate, "utf8"),
      servername: clusterOf(emulator, connectAs.cluster).endpoint,
    },
  };
}
