/** A client of a running emulator, as applications have it: AWS's SDKs and node-postgres. */
import { readFileSync } from "node:fs";
import { DSQLClient } from "@aws-sdk/client-dsql";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import type { ReadyInfo } from "../../src/index.ts";

/** Long-term credentials, or those of a session. */
export interface ClientCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The clients of the APIs; they try once, so that an answer is an answer. */
export interface Apis {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly dsql: DSQLClient;
}

/** Clients of the APIs with some credentials, by default the administrator's. */
export function apisOf(info: ReadyInfo, credentials: ClientCredentials = info.credentials): Apis {
  const options = {
    endpoint: info.http.url,
    region: info.region,
    // The SDK writes into it.
    credentials: { ...credentials },
    maxAttempts: 1,
  };
  return {
    iam: new IAMClient(options),
    sts: new STSClient(options),
    dsql: new DSQLClient(options),
  };
}

/** Connects as `admin`, with a token of AWS's signer. */
export async function connectAdmin(
  info: ReadyInfo,
  hostname: string = info.clusters[0]?.endpoint ?? "",
  credentials: ClientCredentials = info.credentials,
): Promise<Client> {
  const signer = new DsqlSigner({ hostname, region: info.region, credentials });
  const client = new Client({
    host: info.postgres.host,
    port: info.postgres.port,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(info.caCertificate), servername: hostname },
  });
  // The emulator is going to be killed.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
