import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
  SESSION_ID,
} from "../../../test/fixtures/auth/connection-world.ts";
import { TEST_HOST } from "../../../test/fixtures/sigv4/sign-token.ts";
import { FixedClock } from "../../../test/support/fixed-clock.ts";
import type { Caller } from "../../iam/index.ts";
import type { ApiCall } from "./api-call-event.ts";
import type { CloudTrailEvent } from "./cloudtrail-event.ts";
import { EventLog, type EventLogOptions } from "./event-log.ts";
import { JsonLinesFile } from "./json-lines-file.ts";
import { userIdentity } from "./user-identity.ts";

const CALL: ApiCall = {
  service: "dsql",
  operation: "CreateCluster",
  region: "eu-west-1",
  sourceIp: "127.0.0.1",
  userAgent: undefined,
  caller: undefined,
  requestId: "r",
  input: undefined,
  output: undefined,
  error: undefined,
};

function makeLog(options: Partial<EventLogOptions> = {}): EventLog {
  let count = 0;
  const newEventId = (): string => {
    count += 1;
    return `event-${count}`;
  };
  return new EventLog({ clock: new FixedClock(), newEventId, ...options });
}

async function eventOf(script: ConnectionScript): Promise<CloudTrailEvent | undefined> {
  const log = makeLog();
  for (const decision of (await connect(script)).decisions) log.recordConnection(decision);
  return log.list({ limit: 1 })[0];
}

describe("the event of a connection", () => {
  test("is a data event of the cluster by its signer", async () => {
    const event = await eventOf({ attempt: { settings: new Map([["application_name", "psql"]]) } });
    expect(event).toStrictEqual({
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDAFAKEFAKEFAKEFAKEF",
        arn: PRINCIPAL_ARN,
        accountId: "123456789012",
        accessKeyId: "AKIAFAKEFAKEFAKEFAKE",
        userName: "alice",
      },
      eventTime: event?.eventTime,
      eventSource: "dsql.amazonaws.com",
      eventName: "DbConnectAdmin",
      awsRegion: "us-east-1",
      sourceIPAddress: "127.0.0.1",
      userAgent: "psql",
      requestParameters: null,
      responseElements: null,
      requestID: SESSION_ID,
      eventID: "event-1",
      readOnly: false,
      resources: [{ accountId: "123456789012", type: "AWS::DSQL::Cluster", ARN: CLUSTER_ARN }],
      eventType: "AwsApiCall",
      managementEvent: false,
      recipientAccountId: "123456789012",
      eventCategory: "Data",
      tlsDetails: { clientProvidedHostHeader: TEST_HOST },
    });
  });

  test("says why it was denied, and that a wrong signature is nobody's", async () => {
    const denied = await eventOf({
      world: { statements: { Effect: "Deny", Action: "*", Resource: "*" } },
    });
    expect(denied).toMatchObject({ errorCode: "AccessDenied", userIdentity: { type: "IAMUser" } });
    expect(denied?.errorMessage).toMatch(/is not authorized to perform: dsql:DbConnectAdmin/);
    const forged = await eventOf({
      token: { secretAccessKey: "fake-b", action: "DbConnect" },
      attempt: { requestedUser: "app" },
    });
    expect(forged).toMatchObject({
      eventName: "DbConnect",
      errorCode: "signature_mismatch",
      userIdentity: { type: "Unknown" },
    });
  });
});

describe("a user identity", () => {
  const session = {
    tags: {},
    transitiveTagKeys: [],
    issuedAt: new Date("2026-01-02T03:04:05.678Z"),
    expiresAt: new Date("2026-01-02T04:04:05.678Z"),
  };
  const accountId = "123456789012";
  const attributes = { creationDate: "2026-01-02T03:04:05Z", mfaAuthenticated: "false" };

  test.each<[Caller, object]>([
    [
      {
        kind: "assumed-role",
        arn: "arn:aws:sts::123456789012:assumed-role/app/job",
        accountId,
        issuerArn: "arn:aws:iam::123456789012:role/x/app",
        userId: "AROAFAKE:job",
        session: { ...session, federatedProvider: "arn:p", sourceIdentity: "me" },
      },
      {
        type: "AssumedRole",
        principalId: "AROAFAKE:job",
        sessionContext: {
          sessionIssuer: {
            type: "Role",
            principalId: "AROAFAKE",
            arn: "arn:aws:iam::123456789012:role/x/app",
            accountId,
            userName: "app",
          },
          webIdFederationData: { federatedProvider: "arn:p", attributes: {} },
          attributes,
          sourceIdentity: "me",
        },
      },
    ],
    [
      {
        kind: "federated-user",
        arn: "arn:aws:sts::123456789012:federated-user/bob",
        accountId,
        issuerArn: "arn:aws:iam::123456789012:user/alice",
        userId: "123456789012:bob",
        session: { ...session, mfaAuthenticatedAt: session.issuedAt },
      },
      {
        type: "FederatedUser",
        principalId: "123456789012:bob",
        sessionContext: {
          sessionIssuer: {
            type: "IAMUser",
            arn: "arn:aws:iam::123456789012:user/alice",
            accountId,
            userName: "alice",
          },
          attributes: { ...attributes, mfaAuthenticated: "true" },
        },
      },
    ],
  ])("of %j has its session", (caller, expected) => {
    expect(userIdentity(caller, "ASIAFAKE")).toStrictEqual({
      arn: caller.arn,
      accountId,
      accessKeyId: "ASIAFAKE",
      ...expected,
    });
  });
});

describe("the log of events", () => {
  test("keeps the newest of so many", () => {
    const log = makeLog({ maxEvents: 2 });
    for (let number = 0; number < 5; number += 1) log.recordCall(CALL);
    expect(log.list({ limit: 9 }).map(({ eventID }) => eventID)).toStrictEqual([
      "event-5",
      "event-4",
    ]);
    expect(log.counts()).toMatchObject({ events: 2, dropped: 3 });
  });

  test("keeps so many bytes, and bounds each event", () => {
    const log = makeLog({ maxBytes: 40_000 });
    const input = {
      tags: Object.fromEntries(Array.from({ length: 90 }, (_, n) => [n, "x".repeat(9999)])),
    };
    for (let number = 0; number < 9; number += 1) log.recordCall({ ...CALL, input });
    const { events, bytes, dropped } = log.counts();
    expect(bytes).toBeLessThanOrEqual(40_000);
    expect(events).toBeGreaterThanOrEqual(2);
    expect(events + dropped).toBe(9);
    const tiny = makeLog({ maxBytes: 1 });
    tiny.recordCall(CALL);
    expect(tiny.counts().events).toBe(1);
  });
});

describe("a file of lines", () => {
  test("gets each event as a line, readable by its owner alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "events-"));
    try {
      const problems: string[] = [];
      const path = join(folder, "events.jsonl");
      const file = new JsonLinesFile(path, (problem) => problems.push(problem));
      const log = makeLog({
        onLine: (line) => {
          file.append(line);
        },
      });
      log.recordCall(CALL);
      log.recordCall(CALL);
      await file.flush();
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toStrictEqual(
        log.list({ limit: 9 }).reverse(),
      );
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(problems).toStrictEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("that cannot be written is told of once, and stops nothing", async () => {
    const problems: string[] = [];
    const file = new JsonLinesFile(tmpdir(), (problem) => problems.push(problem));
    file.append("a");
    await file.flush();
    file.append("b");
    await file.flush();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`events are not written to ${tmpdir()}: EISDIR`);
  });
});
