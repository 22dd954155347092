// What the programs of the stories share: the control plane and sessions by the AWS SDK, roles, and refusals.
import { createInterface } from "node:readline";
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DSQLClient,
  GetClusterCommand,
  ListTagsForResourceCommand,
  paginateListClusters,
  TagResourceCommand,
  waitUntilClusterActive,
  waitUntilClusterNotExists,
} from "@aws-sdk/client-dsql";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

/**
 * Prints the answer of the story that the command line names.
 *
 * @param own the program's stories: token, admin, pool, hour
 * @param connectAs function of user, action and credentials (undefined: those of the environment); the connection has
 *   `query(text)`, which gives rows, and `end()`. Undefined for an action that the client cannot ask for.
 */
export async function tell(own, connectAs) {
  const stories = {
    ...own,
    session: () => session(connectAs),
    role: () => role(connectAs),
    create,
    connect: async () => ({ user: await userOf(await connectAs("admin", "DbConnectAdmin")) }),
    delete: remove,
    refusal: (action, user) => refusal(connectAs, action, user),
  };
  const [, , name, ...words] = process.argv;
  process.stdout.write(`${JSON.stringify(await stories[name](...words))}\n`);
}

/** @returns what an error of the database has, as the driver names it */
export function failure({ code, message }) {
  return { sqlstate: code, message };
}

/** Says that the pool stands open, and waits for a line. */
export async function untilTold() {
  process.stdout.write("waiting\n");
  for await (const line of createInterface({ input: process.stdin })) return line;
}

/** Answer of the story `hour`: `seen` gives users and numbers of sessions of four connections at once. */
export async function hour(seen) {
  const before = await seen();
  await untilTold();
  const after = await seen();
  const fresh = after.sessions.filter((session) => !before.sessions.includes(session));
  return { before: before.users, after: after.users, fresh: fresh.length };
}

async function session(connectAs) {
  const { Credentials: made } = await new STSClient().send(
    new AssumeRoleCommand({
      RoleArn: process.env.STORY_ROLE_ARN,
      RoleSessionName: "story",
    }),
  );
  const credentials = {
    accessKeyId: made.AccessKeyId,
    secretAccessKey: made.SecretAccessKey,
    sessionToken: made.SessionToken,
  };
  const caller = await new STSClient({ credentials }).send(new GetCallerIdentityCommand());
  return {
    caller: caller.Arn,
    user: await userOf(await connectAs("admin", "DbConnectAdmin", credentials)),
  };
}

async function userOf(connection) {
  const [{ user }] = await connection.query('SELECT current_user AS "user"');
  await connection.end();
  return user;
}

async function role(connectAs) {
  const { STORY_DATABASE_ROLE: name, STORY_CALLER_ARN: caller } = process.env;
  const admin = await connectAs("admin", "DbConnectAdmin");
  await admin.query(`CREATE ROLE ${name} WITH LOGIN`);
  await admin.query("CREATE TABLE owned (id int PRIMARY KEY)");
  const before = await refusal(connectAs, "DbConnect", name);
  await admin.query(`AWS IAM GRANT ${name} TO '${caller}'`);
  const connection = await connectAs(name, "DbConnect");
  const denied = await connection.query("SELECT * FROM owned").catch(failure);
  const user = await userOf(connection);
  await admin.query(`AWS IAM REVOKE ${name} FROM '${caller}'`);
  const after = await refusal(connectAs, "DbConnect", name);
  await admin.end();
  return { before, user, denied, after };
}

async function refusal(connectAs, action, user) {
  try {
    const connecting = connectAs(user, action);
    if (connecting === undefined) {
      return { notOffered: "the connector takes the action from the user" };
    }
    await (await connecting).end();
    return { message: "connected" };
  } catch ({ code, message, detail, hint }) {
    return { sqlstate: code, message, detail, hint };
  }
}

async function create() {
  const client = new DSQLClient();
  const { identifier } = await client.send(
    new CreateClusterCommand({ deletionProtectionEnabled: false, tags: { Name: "story" } }),
  );
  await waitUntilClusterActive({ client, maxWaitTime: 60 }, { identifier });
  const cluster = await client.send(new GetClusterCommand({ identifier }));
  const resourceArn = cluster.arn;
  await client.send(new TagResourceCommand({ resourceArn, tags: { stage: "test" } }));
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
  const listed = [];
  for await (const page of paginateListClusters({ client }, {})) listed.push(...page.clusters);
  return {
    identifier,
    endpoint: cluster.endpoint,
    status: cluster.status,
    isListed: listed.some((one) => one.identifier === identifier),
    tags,
  };
}

async function remove(identifier) {
  const client = new DSQLClient();
  await client.send(new DeleteClusterCommand({ identifier }));
  await waitUntilClusterNotExists({ client, maxWaitTime: 60 }, { identifier });
  return client.send(new GetClusterCommand({ identifier })).then(
    () => ({ gone: false }),
    ({ name }) => ({ gone: name }),
  );
}
