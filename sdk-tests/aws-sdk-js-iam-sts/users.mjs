// A user from creation to a database session, and everything that ends its access.
import * as aws from "@aws-sdk/client-iam";
import { connectAs, document } from "./connect.mjs";

const iam = new aws.IAMClient({});
const UserName = "app";
const inline = { UserName, PolicyName: "no-admin" };
const waiting = [{ client: iam, maxWaitTime: 10 }];
const allow = document({ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" });
const deny = document({ Effect: "Deny", Action: "dsql:*", Resource: "*" });

await iam.send(new aws.CreateUserCommand({ UserName }));
const { state } = await aws.waitUntilUserExists(...waiting, { UserName });
const { Policy } = await iam.send(
  new aws.CreatePolicyCommand({ PolicyName: "connect", PolicyDocument: allow }),
);
const attached = { UserName, PolicyArn: Policy.Arn };
await aws.waitUntilPolicyExists(...waiting, { PolicyArn: Policy.Arn });
const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand({ UserName }));
const { AccessKeyId, SecretAccessKey } = AccessKey;
const connect = () => connectAs({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
const setKey = (Status) =>
  iam.send(new aws.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));

const answer = { state, beforeAttaching: await connect() };
await iam.send(new aws.AttachUserPolicyCommand(attached));
answer.attached = await connect();
await iam.send(new aws.PutUserPolicyCommand({ ...inline, PolicyDocument: deny }));
answer.explicitDeny = await connect();
await iam.send(new aws.DeleteUserPolicyCommand(inline));
await setKey("Inactive");
answer.inactiveKey = await connect();
await setKey("Active");
answer.activeKey = await connect();
await iam.send(new aws.DetachUserPolicyCommand(attached));
answer.detached = await connect();
await iam.send(new aws.AttachUserPolicyCommand(attached));
await iam.send(new aws.DeleteAccessKeyCommand({ UserName, AccessKeyId }));
answer.deletedKey = await connect();
console.log(JSON.stringify(answer));
