// Paginators, versions of policies, and the errors that programs catch.
import * as aws from "@aws-sdk/client-iam";
import { document, errorOf } from "./connect.mjs";

const iam = new aws.IAMClient({});
const allow = (Action) => document({ Effect: "Allow", Action, Resource: "*" });
const Path = "/pages/";
const names = ["a", "b", "c", "d", "e"].map((letter) => `page-${letter}`);
for (const UserName of names) await iam.send(new aws.CreateUserCommand({ UserName, Path }));
const pages = [];
for await (const { Users } of aws.paginateListUsers(
  { client: iam, pageSize: 2 },
  { PathPrefix: Path },
)) {
  pages.push(Users.map(({ UserName }) => UserName));
}

const { Policy } = await iam.send(
  new aws.CreatePolicyCommand({ PolicyName: "versioned", PolicyDocument: allow("dsql:DbConnect") }),
);
const PolicyArn = Policy.Arn;
await iam.send(
  new aws.CreatePolicyVersionCommand({
    PolicyArn,
    PolicyDocument: allow("dsql:DbConnectAdmin"),
    SetAsDefault: true,
  }),
);
const listed = await iam.send(new aws.ListPolicyVersionsCommand({ PolicyArn }));
const version = await iam.send(new aws.GetPolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
await iam.send(new aws.AttachUserPolicyCommand({ UserName: "page-a", PolicyArn }));
const PolicySourceArn = "arn:aws:iam::123456789012:user/pages/page-a";
const simulated = await iam.send(
  new aws.SimulatePrincipalPolicyCommand({
    PolicySourceArn,
    ActionNames: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
  }),
);
console.log(
  JSON.stringify({
    pages,
    versions: listed.Versions.map(({ VersionId, IsDefaultVersion }) => [
      VersionId,
      IsDefaultVersion,
    ]),
    document: JSON.parse(decodeURIComponent(version.PolicyVersion.Document)),
    simulated: simulated.EvaluationResults.map(({ EvalActionName, EvalDecision }) => [
      EvalActionName,
      EvalDecision,
    ]),
    errors: [
      await errorOf(iam.send(new aws.GetUserCommand({ UserName: "nobody" }))),
      await errorOf(iam.send(new aws.CreateUserCommand({ UserName: "page-a" }))),
      await errorOf(iam.send(new aws.DeleteUserCommand({ UserName: "page-a" }))),
      await errorOf(iam.send(new aws.DeletePolicyVersionCommand({ PolicyArn, VersionId: "v2" }))),
      await errorOf(
        iam.send(new aws.CreatePolicyCommand({ PolicyName: "bad", PolicyDocument: "{}" })),
      ),
    ],
  }),
);
