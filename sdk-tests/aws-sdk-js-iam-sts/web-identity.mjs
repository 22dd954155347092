// A program that has a token of its OpenID Connect provider, and no access key.
import { readFileSync } from "node:fs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTokenFile, fromWebToken } from "@aws-sdk/credential-providers";
import { connectAs, errorOf } from "./connect.mjs";

const { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN } = process.env;
const providers = {
  fromTokenFile: fromTokenFile(),
  fromWebToken: fromWebToken({
    roleArn: AWS_ROLE_ARN,
    roleSessionName: "by-web-token",
    webIdentityToken: readFileSync(AWS_WEB_IDENTITY_TOKEN_FILE, "utf8"),
  }),
};
const answer = {};
for (const [name, provider] of Object.entries(providers)) {
  const credentials = await provider().catch(() => undefined);
  answer[name] =
    credentials === undefined ? await errorOf(provider()) : await connectAs(credentials);
}
// The default chain of every client of the SDK.
answer.defaultChain = await new STSClient({})
  .send(new GetCallerIdentityCommand({}))
  .then(({ Arn }) => Arn)
  .catch(({ name }) => name);
console.log(JSON.stringify(answer));
