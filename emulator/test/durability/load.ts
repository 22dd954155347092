/** Work that goes on until the emulator is killed, and what it was told had been done. */
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  PutClusterPolicyCommand,
  TagResourceCommand,
} from "@aws-sdk/client-dsql";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import type { ReadyInfo } from "../../src/index.ts";
import { apisOf, type Apis, connectAdmin } from "./client.ts";

/** Connections that insert at a time. */
const WRITERS = 3;
/** The role that mappings are granted to; made by the test. */
export const MAPPED_ROLE = "app";

/** What a call was told about a cluster. */
export interface AcknowledgedCluster {
  readonly endpoint: string;
  tag?: string;
  policy?: string;
  /** Whether its deletion was asked for, and whether that was answered. */
  deletion?: "asked" | "answered" | undefined;
  /** Whether a row was committed in its database. */
  hasRow?: boolean;
}

/** What a call was told about a user. */
export interface AcknowledgedUser {
  readonly name: string;
  key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  policy?: string;
}

/** Everything that was acknowledged, by all processes so far. */
export interface Ledger {
  /** Numbers of pairs of rows. */
  readonly pairs: Set<number>;
  readonly mappings: Set<string>;
  readonly users: Map<string, AcknowledgedUser>;
  readonly clusters: Map<string, AcknowledgedCluster>;
  nextNumber: number;
}

/** Works with all it has until the emulator does not answer any more. */
export async function workUntilKilled(info: ReadyInfo, ledger: Ledger): Promise<void> {
  const apis = apisOf(info);
  const tasks = [
    ...Array.from({ length: WRITERS }, () => insertPairs(info, ledger)),
    grantMappings(info, ledger),
    makeUsers(apis, ledger),
    makeClusters(info, apis, ledger),
  ];
  await Promise.allSettled(tasks);
  for (const api of [apis.iam, apis.sts, apis.dsql]) api.destroy();
}

async function insertPairs(info: ReadyInfo, ledger: Ledger): Promise<void> {
  const client = await connectAdmin(info);
  for (;;) {
    const number = (ledger.nextNumber += 1);
    await client.query("BEGIN");
    await client.query("INSERT INTO pairs VALUES ($1, 'left')", [number]);
    await client.query("INSERT INTO pairs VALUES ($1, 'right')", [number]);
    await client.query("COMMIT");
    ledger.pairs.add(number);
  }
}

async function grantMappings(info: ReadyInfo, ledger: Ledger): Promise<void> {
  const client = await connectAdmin(info);
  for (;;) {
    const arn = `arn:aws:iam::${info.accountId}:user/mapped-${(ledger.nextNumber += 1)}`;
    await client.query(`AWS IAM GRANT ${MAPPED_ROLE} TO '${arn}'`);
    ledger.mappings.add(arn);
  }
}

async function makeUsers({ iam }: Apis, ledger: Ledger): Promise<void> {
  for (;;) {
    const name = `user-${(ledger.nextNumber += 1)}`;
    await iam.send(new CreateUserCommand({ UserName: name }));
    const user: AcknowledgedUser = { name };
    ledger.users.set(name, user);
    const made = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } =
      made.AccessKey ?? {};
    user.key = { accessKeyId, secretAccessKey };
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "dsql:GetCluster", Resource: "*" },
    });
    await iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "look", PolicyDocument: policy }),
    );
    user.policy = "look";
  }
}

async function makeClusters(info: ReadyInfo, { dsql }: Apis, ledger: Ledger): Promise<void> {
  for (;;) {
    const made = await dsql.send(new CreateClusterCommand({ deletionProtectionEnabled: false }));
    const { identifier = "", arn: resourceArn = "", endpoint = "" } = made;
    const cluster: AcknowledgedCluster = { endpoint };
    ledger.clusters.set(identifier, cluster);
    const tag = `tag-${(ledger.nextNumber += 1)}`;
    await dsql.send(new TagResourceCommand({ resourceArn, tags: { made: tag } }));
    cluster.tag = tag;
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${info.accountId}:root` },
          Action: ["dsql:*"],
          Resource: "*",
        },
      ],
    });
    await dsql.send(new PutClusterPolicyCommand({ identifier, policy }));
    cluster.policy = policy;
    const client = await connectAdmin(info, endpoint);
    await client.query("CREATE TABLE kept (id int PRIMARY KEY)");
    await client.query("INSERT INTO kept VALUES (1)");
    cluster.hasRow = true;
    await client.end();
    if (ledger.nextNumber % 2 === 0) continue;
    cluster.deletion = "asked";
    await dsql.send(new DeleteClusterCommand({ identifier }));
    cluster.deletion = "answered";
  }
}
