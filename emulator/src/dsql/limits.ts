/** One limit of the service: its value with the unit in the name of the key, and where it is known from. */
export interface Limit {
  readonly value: number;
  readonly confidence: "documented" | "observed" | "inferred" | "chosen";
  readonly source: string;
}

const QUOTAS = "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html";
const SIGV4 = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html";

/** The limits of Aurora DSQL that the emulator keeps. */
export const LIMITS = {
  /** How long a connection may live, in seconds. */
  maxConnectionAgeSeconds: { value: 3600, confidence: "documented", source: QUOTAS },
  /** Open connections of one cluster. */
  maxConnectionsPerCluster: { value: 10_000, confidence: "documented", source: QUOTAS },
  /** New connections a second, sustained, of one cluster. */
  connectionRatePerSecond: { value: 100, confidence: "documented", source: QUOTAS },
  /** Size of the bucket from which new connections take a token. */
  connectionRateBucket: { value: 1000, confidence: "documented", source: QUOTAS },
  /** Largest message that the service takes from a client, in bytes. */
  maxMessageBytes: { value: 10 * 1024 * 1024, confidence: "documented", source: QUOTAS },
  /** Largest amount of data that one transaction may write, in bytes. */
  maxTransactionBytes: { value: 10 * 1024 * 1024, confidence: "documented", source: QUOTAS },
  /** How long a transaction may take, in seconds. */
  maxTransactionAgeSeconds: { value: 300, confidence: "documented", source: QUOTAS },
  /** Largest `X-Amz-Expires` of a presigned request, in seconds. */
  maxTokenLifetimeSeconds: { value: 604_800, confidence: "documented", source: SIGV4 },
  /** How far in the future `X-Amz-Date` may lie, in seconds. */
  maxTokenSkewSeconds: { value: 300, confidence: "chosen", source: SIGV4 },
} as const satisfies Record<string, Limit>;
