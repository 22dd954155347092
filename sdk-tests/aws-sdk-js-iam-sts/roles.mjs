// Roles: who may assume them, and what their sessions may do at every moment of their life.
import * as aws from "@aws-sdk/client-iam";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { connectAs, document, errorOf } from "./connect.mjs";

const iam = new aws.IAMClient({});
const allow = document({ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" });
const deny = document({ Effect: "Deny", Action: "dsql:DbConnectAdmin", Resource: "*" });
const trustOf = (arn) =>
  document({
    Effect: "Allow",
    Principal: { AWS: arn },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "sts:ExternalId": "blue-42" } },
  });
const assume = (RoleName, params = {}) =>
  fromTemporaryCredentials({
    params: {
      RoleArn: `arn:aws:iam::123456789012:role/${RoleName}`,
      RoleSessionName: "story",
      ExternalId: "blue-42",
      ...params,
    },
  });

await iam.send(new aws.CreateUserCommand({ UserName: "somebody-else" }));
for (const [RoleName, arn] of [
  ["deploy", "arn:aws:iam::123456789012:root"],
  ["other", "arn:aws:iam::123456789012:user/somebody-else"],
]) {
  await iam.send(new aws.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf(arn) }));
  await aws.waitUntilRoleExists({ client: iam, maxWaitTime: 10 }, { RoleName });
}
const { Policy } = await iam.send(
  new aws.CreatePolicyCommand({ PolicyName: "role-connect", PolicyDocument: allow }),
);
const attached = { RoleName: "deploy", PolicyArn: Policy.Arn };
await iam.send(new aws.AttachRolePolicyCommand(attached));

const credentials = await assume("deploy")();
const answer = {
  keyKind: credentials.accessKeyId.slice(0, 4),
  byProvider: await connectAs(assume("deploy")),
  session: await connectAs(credentials),
  wrongExternalId: await errorOf(assume("deploy", { ExternalId: "red-17" })()),
  noExternalId: await errorOf(assume("deploy", { ExternalId: undefined })()),
  notNamed: await errorOf(assume("other")()),
  sessionPolicyDenies: await connectAs(assume("deploy", { Policy: deny })),
  withoutToken: await connectAs({ ...credentials, sessionToken: undefined }),
};
await iam.send(new aws.DetachRolePolicyCommand(attached));
answer.detached = await connectAs(credentials);
await iam.send(new aws.AttachRolePolicyCommand(attached));
answer.attachedAgain = await connectAs(credentials);
await iam.send(new aws.DetachRolePolicyCommand(attached));
await iam.send(new aws.DeleteRoleCommand({ RoleName: "deploy" }));
answer.deleted = await connectAs(credentials);
answer.assumeDeleted = await errorOf(assume("deploy")());
console.log(JSON.stringify(answer));
