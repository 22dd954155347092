/**
 * The policies of AWS that a set-up for Aurora DSQL attaches by ARN.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/security-iam-awsmanpol.html
 */
import type { PolicyRecord } from "./iam-snapshot.ts";

interface AwsPolicy {
  readonly name: string;
  /** `/` unless given. */
  readonly path?: string;
  readonly description: string;
  /** Number of the version that is the default one. */
  readonly version: number;
  readonly createDate: string;
  readonly updateDate: string;
  /** Chosen: the ids of AWS's own policies are not published, but for AdministratorAccess. */
  readonly id: string;
  readonly statements: readonly object[];
}

const DSQL_CLUSTER_ACTIONS = [
  "CreateCluster",
  "GetCluster",
  "UpdateCluster",
  "DeleteCluster",
  "ListClusters",
  "TagResource",
  "UntagResource",
  "ListTagsForResource",
  "DbConnectAdmin",
  "DbConnect",
  "PutMultiRegionProperties",
  "PutWitnessRegion",
  "AddPeerCluster",
  "RemovePeerCluster",
  "GetVpcEndpointServiceName",
  "StartBackupJob",
  "GetBackupJob",
  "StopBackupJob",
  "StartRestoreJob",
  "GetRestoreJob",
  "StopRestoreJob",
  "InjectError",
];
const DSQL_POLICY_ACTIONS = ["PutClusterPolicy", "GetClusterPolicy", "DeleteClusterPolicy"];
const DSQL_STREAM_ACTIONS = [
  "CreateStream",
  "DeleteStream",
  "GetStream",
  "ListStreams",
  "UpdateStream",
];
const ALL_DSQL_ACTIONS = [
  ...DSQL_POLICY_ACTIONS,
  ...DSQL_CLUSTER_ACTIONS,
  ...DSQL_STREAM_ACTIONS,
].map((action) => `dsql:${action}`);
const VIA_DSQL = { StringLike: { "kms:ViaService": ["dsql.*.amazonaws.com"] } };

const SERVICE_LINKED_ROLE_STATEMENT = {
  Sid: "CreateDsqlServiceLinkedRole",
  Effect: "Allow",
  Action: "iam:CreateServiceLinkedRole",
  Resource: "*",
  Condition: { StringEquals: { "iam:AWSServiceName": "dsql.amazonaws.com" } },
};
const KMS_STATEMENT = {
  Sid: "KMSCryptographicPermissions",
  Effect: "Allow",
  Action: [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptTo",
    "kms:ReEncryptFrom",
  ],
  Resource: "*",
  Condition: {
    ...VIA_DSQL,
    "ForAnyValue:StringEquals": { "kms:EncryptionContextKeys": "aws:dsql:ClusterId" },
  },
};

const PASS_ROLE_STATEMENT = {
  Sid: "PassRoleForChangeStreams",
  Effect: "Allow",
  Action: "iam:PassRole",
  Resource: "*",
  Condition: { StringEquals: { "iam:PassedToService": "dsql.amazonaws.com" } },
};

/** The policy of the service-linked role of Aurora DSQL. */
export const DSQL_SERVICE_ROLE_POLICY =
  "arn:aws:iam::aws:policy/aws-service-role/AuroraDsqlServiceLinkedRolePolicy";

const AWS_POLICIES: readonly AwsPolicy[] = [
  {
    name: "AdministratorAccess",
    description: "Provides full access to AWS services and resources.",
    version: 1,
    createDate: "2015-02-06T18:39:00.000Z",
    updateDate: "2015-02-06T18:39:00.000Z",
    id: "ANPAIWMBCKSKIEE64ZLYK",
    statements: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  },
  {
    // As published on 2026-05-13.
    name: "AmazonAuroraDSQLFullAccess",
    description: "Provides full administrative access to Aurora DSQL",
    version: 16,
    createDate: "2024-12-03T15:36:00.000Z",
    updateDate: "2026-05-13T18:57:00.000Z",
    id: "ANPADSQLFULLACCESS222",
    statements: [
      { Sid: "DsqlAllPermissions", Effect: "Allow", Action: ALL_DSQL_ACTIONS, Resource: "*" },
      {
        Sid: "RelatedServicesPermissions",
        Effect: "Allow",
        Action: ["cloudwatch:GetMetricData"],
        Resource: "*",
      },
      SERVICE_LINKED_ROLE_STATEMENT,
      {
        Sid: "KMSDescribePermission",
        Effect: "Allow",
        Action: ["kms:DescribeKey"],
        Resource: "*",
        Condition: VIA_DSQL,
      },
      PASS_ROLE_STATEMENT,
      KMS_STATEMENT,
    ],
  },
  {
    // As published on 2026-02-12.
    name: "AmazonAuroraDSQLReadOnlyAccess",
    description: "Provides read only access to Aurora DSQL",
    version: 9,
    createDate: "2024-12-03T15:21:00.000Z",
    updateDate: "2026-02-12T17:58:00.000Z",
    id: "ANPADSQLREADONLY22222",
    statements: [
      {
        Sid: "DsqlReadOnlyPermissions",
        Effect: "Allow",
        Action: [
          "dsql:GetClusterPolicy",
          "dsql:GetCluster",
          "dsql:GetVpcEndpointServiceName",
          "dsql:ListClusters",
          "dsql:ListTagsForResource",
        ],
        Resource: "*",
      },
      {
        Sid: "RelatedServicesPermissions",
        Effect: "Allow",
        Action: ["cloudwatch:GetMetricData"],
        Resource: "*",
      },
    ],
  },
  {
    // As published on 2026-05-13.
    name: "AmazonAuroraDSQLConsoleFullAccess",
    description: "Provides console full administrative access to Aurora DSQL",
    version: 16,
    createDate: "2024-12-03T15:36:00.000Z",
    updateDate: "2026-05-13T18:57:00.000Z",
    id: "ANPADSQLCONSOLE222222",
    statements: [
      { Sid: "DsqlAllPermissions", Effect: "Allow", Action: ALL_DSQL_ACTIONS, Resource: "*" },
      {
        Sid: "DsqlConsolePermissions",
        Effect: "Allow",
        Action: [
          "access-analyzer:ValidatePolicy",
          "tag:GetTagKeys",
          "tag:GetTagValues",
          "cloudwatch:GetMetricData",
          "ec2:DescribeVpcEndpoints",
          "kms:ListAliases",
          "kms:DescribeKey",
          "cloudwatch:ListMetrics",
          "kinesis:DescribeStreamSummary",
          "kinesis:ListStreams",
        ],
        Resource: "*",
      },
      KMS_STATEMENT,
      SERVICE_LINKED_ROLE_STATEMENT,
      PASS_ROLE_STATEMENT,
    ],
  },
  {
    // Chosen: the text, of which only the purpose (publishing metrics) is known here; no request of
    // the emulator is decided by it.
    name: "AuroraDsqlServiceLinkedRolePolicy",
    path: "/aws-service-role/",
    description: "Allows access to AWS Services and Resources used or managed by Aurora DSQL",
    version: 1,
    createDate: "2024-12-03T15:36:00.000Z",
    updateDate: "2024-12-03T15:36:00.000Z",
    id: "ANPADSQLSERVICEROLE22",
    statements: [{ Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*" }],
  },
];

/** ARNs of the policies that every account has. */
export const AWS_MANAGED_POLICY_ARNS: readonly string[] = AWS_POLICIES.map(
  ({ path = "/", name }) => `arn:aws:iam::aws:policy${path}${name}`,
);

/** Fresh records of the policies that every account has. */
export function awsManagedPolicies(): readonly PolicyRecord[] {
  return AWS_POLICIES.map(({ name, path = "/", id, version, statements, ...rest }) => {
    const versionId = `v${version}`;
    const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    return {
      ...rest,
      name,
      id,
      path,
      arn: `arn:aws:iam::aws:policy${path}${name}`,
      tags: [],
      defaultVersionId: versionId,
      versions: [{ versionId, document, createDate: rest.updateDate }],
      nextVersion: version + 1,
    };
  });
}
