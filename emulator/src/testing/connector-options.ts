/** Options for AWS's connector of node-postgres, so that it reaches the emulator. */
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { reachableAddress } from "../cli/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import { clusterOf } from "./cluster-of.ts";
import type { Credentials } from "./presign.ts";
import type { TestEmulator } from "./test-emulator.ts";

/** Who connects; the connector makes the tokens. */
export interface ConnectorConnectAs {
  /** `admin` unless given. */
  readonly role?: string;
  /** Of the administrator unless given. */
  readonly credentials?: Credentials;
  /** Identifier; the first cluster unless given. */
  readonly cluster?: string;
}

/** Options of `AuroraDSQLClient` and `AuroraDSQLPool`. */
export interface ConnectorOptions {
  /** The cluster's own host name, which the connector signs. */
  readonly host: string;
  readonly user: string;
  readonly customCredentialsProvider: Credentials;
  readonly ssl: { readonly ca: string; readonly rejectUnauthorized: true };
  /** Sockets that go to the emulator, whatever host and port they are told. */
  readonly stream: () => Socket;
}

/**
 * For AWS's connector: `new AuroraDSQLPool(connectorOptions(emulator, { role: "app" }))`. Its tokens are made by
 * AWS's signer at the time of the system, so the emulator's clock must not be far from it.
 *
 * @throws RangeError when the emulator has no such cluster
 */
export function connectorOptions(
  emulator: TestEmulator,
  { role = ADMIN_ROLE, credentials = emulator.credentials, cluster }: ConnectorConnectAs = {},
): ConnectorOptions {
  const { host, port } = emulator.postgres;
  return {
    host: clusterOf(emulator, cluster).endpoint,
    user: role,
    customCredentialsProvider: credentials,
    ssl: { ca: readFileSync(emulator.caCertificate, "utf8"), rejectUnauthorized: true },
    stream: () => socketTo({ host: reachableAddress(host), port }),
  };
}

function socketTo(address: { readonly host: string; readonly port: number }): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  socket.connect = () => connect(address);
  return socket;
}
