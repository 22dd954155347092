/** Parts of what `aws iam get-account-authorization-details` prints, each correct by itself. */
import { ACCOUNT, ALLOW_ALL, TRUST } from "./iam-directory.ts";

export const IAM = `arn:aws:iam::${ACCOUNT}`;
export const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
export const EC2 = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";
export const ALLOW = JSON.parse(ALLOW_ALL) as object;
export const TRUSTING = JSON.parse(TRUST) as object;
export const ENCODED = encodeURIComponent(ALLOW_ALL);

export const VERSION = { VersionId: "v1", IsDefaultVersion: true, Document: ALLOW };
export const USER = { UserName: "alice", Path: "/t/", Arn: `${IAM}:user/t/alice` };
export const GROUP = { GroupName: "devs", Path: "/", Arn: `${IAM}:group/devs` };
export const ROLE = {
  RoleName: "app",
  Path: "/",
  Arn: `${IAM}:role/app`,
  AssumeRolePolicyDocument: TRUSTING,
};
export const POLICY = {
  PolicyName: "own",
  Path: "/p/",
  Arn: `${IAM}:policy/p/own`,
  DefaultVersionId: "v1",
  PolicyVersionList: [VERSION],
};
export const AWS_POLICY = { ...POLICY, PolicyName: "AmazonEC2ReadOnlyAccess", Path: "/", Arn: EC2 };
