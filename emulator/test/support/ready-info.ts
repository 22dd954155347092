import type { ReadyInfo } from "../../src/cli/index.ts";

/** The endpoint of the default cluster. */
export const TEST_ENDPOINT = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws";

/** A ready file of this process, as an emulator with default settings would write it. */
export function testReadyInfo(given: Partial<ReadyInfo> = {}): ReadyInfo {
  return {
    pid: process.pid,
    postgres: { host: "127.0.0.1", port: 5433 },
    http: { url: "http://127.0.0.1:9432" },
    caCertificate: "/data/ca/ca.pem",
    region: "us-east-1",
    accountId: "123456789012",
    credentials: { accessKeyId: "AKIADSQLEMULATOR0000", secretAccessKey: "not-a-real-secret" },
    clusters: [
      {
        identifier: "dsqlemulatorlocalcluster2a",
        arn: "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a",
        endpoint: TEST_ENDPOINT,
        region: "us-east-1",
      },
    ],
    ...given,
  };
}
