/** What a running emulator tells about itself in its ready file. */
export interface ReadyInfo {
  readonly pid: number;
  /** Where the PostgreSQL protocol is served: the bound address, which may be a wildcard. */
  readonly postgres: { readonly host: string; readonly port: number };
  /** Base of all HTTP APIs, without a final slash. */
  readonly http: { readonly url: string };
  /** Path of the CA certificate, PEM. */
  readonly caCertificate: string;
  readonly region: string;
  readonly accountId: string;
  /** Of the administrator that exists without configuration. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly clusters: readonly ReadyCluster[];
}

/** A cluster that existed when the emulator became ready. */
export interface ReadyCluster {
  readonly identifier: string;
  readonly arn: string;
  /** Host name, without port. */
  readonly endpoint: string;
  readonly region: string;
}

/** The content of a ready file, or the first thing that is wrong with it. */
export type ParsedReadyInfo =
  | { readonly kind: "valid"; readonly info: ReadyInfo }
  | { readonly kind: "invalid"; readonly problem: string };

/** Reads the text of a ready file; members that it does not know are left out. Never throws. */
export function parseReadyInfo(text: string): ParsedReadyInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "invalid", problem: "it is not JSON" };
  }
  try {
    return { kind: "valid", info: readyInfo(value) };
  } catch (error) {
    if (error instanceof Mismatch) return { kind: "invalid", problem: error.message };
    throw error;
  }
}

/** Ends the reading at the first member that is wrong; does not leave this file. */
class Mismatch extends Error {}

function readyInfo(value: unknown): ReadyInfo {
  const top = object(value, "the file");
  const postgres = object(top["postgres"], "postgres");
  const http = object(top["http"], "http");
  const credentials = object(top["credentials"], "credentials");
  const clusters = top["clusters"];
  if (!Array.isArray(clusters)) throw new Mismatch("clusters is not a list");
  return {
    pid: whole(top["pid"], "pid", 2_147_483_647),
    postgres: {
      host: text(postgres["host"], "postgres.host"),
      port: whole(postgres["port"], "postgres.port", 65_535),
    },
    http: { url: url(http["url"], "http.url") },
    caCertificate: text(top["caCertificate"], "caCertificate"),
    region: text(top["region"], "region"),
    accountId: text(top["accountId"], "accountId"),
    credentials: {
      accessKeyId: text(credentials["accessKeyId"], "credentials.accessKeyId"),
      secretAccessKey: text(credentials["secretAccessKey"], "credentials.secretAccessKey"),
    },
    clusters: clusters.map((cluster: unknown, index) =>
      readyCluster(cluster, `clusters[${index}]`),
    ),
  };
}

function readyCluster(value: unknown, path: string): ReadyCluster {
  const cluster = object(value, path);
  return {
    identifier: text(cluster["identifier"], `${path}.identifier`),
    arn: text(cluster["arn"], `${path}.arn`),
    endpoint: text(cluster["endpoint"], `${path}.endpoint`),
    region: text(cluster["region"], `${path}.region`),
  };
}

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Mismatch(`${path} is not an object`);
}

function text(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Mismatch(`${path} is not a text`);
}

function whole(value: unknown, path: string, largest: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= largest) {
    return value;
  }
  throw new Mismatch(`${path} is not a whole number from 1 to ${largest}`);
}

function url(value: unknown, path: string): string {
  const given = text(value, path);
  if (URL.canParse(given) && /^https?:/i.test(given)) return given.replace(/\/+$/, "");
  throw new Mismatch(`${path} is not an http or https URL`);
}
