// Sessions of users, and who everybody is.
import * as aws from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { connectAs, document, errorOf } from "./connect.mjs";

const iam = new aws.IAMClient({});
const allow = document({ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" });
const clientOf = (credentials) => new sts.STSClient({ credentials });
const credentialsOf = ({ Credentials: c }) => ({
  accessKeyId: c.AccessKeyId,
  secretAccessKey: c.SecretAccessKey,
  sessionToken: c.SessionToken,
});
const identityOf = async (credentials) => {
  const { UserId, Account, Arn } = await clientOf(credentials).send(
    new sts.GetCallerIdentityCommand({}),
  );
  return { UserId: UserId.replace(/^(A...)[A-Z0-9]{17}/, "$1"), Account, Arn };
};

const UserName = "worker";
await iam.send(new aws.CreateUserCommand({ UserName, Path: "/team/" }));
await iam.send(
  new aws.PutUserPolicyCommand({
    UserName,
    PolicyName: "all",
    PolicyDocument: document({
      Effect: "Allow",
      Action: ["dsql:*", "sts:*", "iam:*"],
      Resource: "*",
    }),
  }),
);
const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand({ UserName }));
const user = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
await iam.send(
  new aws.CreateRoleCommand({
    RoleName: "guest",
    Path: "/team/",
    AssumeRolePolicyDocument: document({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:user/team/worker" },
      Action: "sts:AssumeRole",
    }),
  }),
);
const by = clientOf(user);
const session = credentialsOf(await by.send(new sts.GetSessionTokenCommand({})));
const federated = credentialsOf(
  await by.send(new sts.GetFederationTokenCommand({ Name: "visitor", Policy: allow })),
);
const bare = credentialsOf(await by.send(new sts.GetFederationTokenCommand({ Name: "nobody" })));
const role = credentialsOf(
  await by.send(
    new sts.AssumeRoleCommand({
      RoleArn: "arn:aws:iam::123456789012:role/team/guest",
      RoleSessionName: "visit",
    }),
  ),
);
const asSession = clientOf(session);
const answer = {
  connects: {
    session: await connectAs(session),
    federated: await connectAs(federated),
    bare: await connectAs(bare),
    role: await connectAs(role),
  },
  identities: {
    user: await identityOf(user),
    session: await identityOf(session),
    federated: await identityOf(federated),
    role: await identityOf(role),
  },
  account: (await by.send(new sts.GetAccessKeyInfoCommand({ AccessKeyId: user.accessKeyId })))
    .Account,
  sessionOfSession: await errorOf(asSession.send(new sts.GetSessionTokenCommand({}))),
  unknownKey: await errorOf(
    clientOf({ accessKeyId: "AKIAFAKEUNKNOWN00000", secretAccessKey: "fake" }).send(
      new sts.GetCallerIdentityCommand({}),
    ),
  ),
};
console.log(JSON.stringify(answer));
