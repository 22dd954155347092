/**
 * The shapes that several operations have: the constraints of the service's model.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_Operations.html
 */
import {
  CLUSTER_STATUSES,
  ENCRYPTION_STATUSES,
  STREAM_FAILURES,
  STREAM_STATUSES,
} from "../../../clusters/index.ts";
import {
  BOOLEAN,
  inQuery,
  integer,
  list,
  type MapShape,
  optional,
  required,
  structure,
  text,
  TIMESTAMP,
  union,
} from "./shape.ts";

const TAG_PATTERN = "^[a-zA-Z0-9_.:/=+\\-@ ]*$";

/** Id of a cluster or stream. */
export const IDENTIFIER = text({ pattern: "^[a-z0-9]{26}$" });

/** ARN of a cluster. */
export const CLUSTER_ARN = text({
  pattern: "^arn:aws(-[^:]+)?:dsql:[a-z0-9-]{1,20}:[0-9]{12}:cluster/[a-z0-9]{26}$",
});

/** ARN of a stream. */
export const STREAM_ARN = text({
  pattern:
    "^arn:aws(-[^:]+)?:dsql:[a-z0-9-]{1,20}:[0-9]{12}:cluster/[a-z0-9]{26}/stream/[a-z0-9]{26}$",
});

/** ARN of something that has tags. */
export const RESOURCE_ARN = text({ minCharacters: 1, maxCharacters: 1011, pattern: "^arn:.+$" });

/** What makes a request one that is done once. */
export const CLIENT_TOKEN = text({ minCharacters: 1, maxCharacters: 128, pattern: "^[!-~]+$" });

/** A key of the Key Management Service, or the word for AWS's own. */
export const KMS_KEY = text({
  minCharacters: 1,
  maxCharacters: 2048,
  pattern: "^[a-zA-Z0-9:/_-]+$",
});

/** Name of a tag. */
export const TAG_KEY = text({ minCharacters: 1, maxCharacters: 128, pattern: TAG_PATTERN });

/** Tags. */
export const TAGS: MapShape = {
  kind: "map",
  key: TAG_KEY,
  value: text({ minCharacters: 0, maxCharacters: 256, pattern: TAG_PATTERN }),
  maxEntries: 200,
};

/** Names of tags. */
export const TAG_KEYS = list(TAG_KEY, { maxItems: 200 });

/** Text of a policy. */
export const POLICY = text({ minCharacters: 1, maxCharacters: 20_480 });

/** What belongs to a multi-Region cluster. */
export const MULTI_REGION = structure({
  witnessRegion: optional(text({ maxCharacters: 50 })),
  clusters: optional(list(CLUSTER_ARN, { isUnique: true })),
});

/** Which page of a list is wanted. */
export const PAGE_INPUT = {
  maxResults: inQuery("max-results", integer(1, 100)),
  nextToken: inQuery("next-token", text()),
} as const;

/** Status of a cluster. */
export const CLUSTER_STATUS = text({ values: CLUSTER_STATUSES });

/** Status of a stream. */
export const STREAM_STATUS = text({ values: STREAM_STATUSES });

/** Host name of a cluster. */
export const ENDPOINT = text({ pattern: "^[a-zA-Z0-9.-]+$" });

/** How a cluster is encrypted. */
export const ENCRYPTION_DETAILS = structure({
  encryptionType: required(text({ values: ["AWS_OWNED_KMS_KEY", "CUSTOMER_MANAGED_KMS_KEY"] })),
  kmsKeyArn: optional(text()),
  encryptionStatus: required(text({ values: ENCRYPTION_STATUSES })),
});

/** What every answer about one cluster has. */
export const CLUSTER_HEADLINE = {
  identifier: required(IDENTIFIER),
  arn: required(CLUSTER_ARN),
  status: required(CLUSTER_STATUS),
  creationTime: required(TIMESTAMP),
} as const;

/** What a new cluster is answered with; tags are not in it. */
export const CLUSTER_OUTPUT = {
  ...CLUSTER_HEADLINE,
  deletionProtectionEnabled: required(BOOLEAN),
  multiRegionProperties: optional(MULTI_REGION),
  encryptionDetails: optional(ENCRYPTION_DETAILS),
  endpoint: optional(ENDPOINT),
} as const;

/** What every answer about one stream has. */
export const STREAM_HEADLINE = {
  clusterIdentifier: required(IDENTIFIER),
  streamIdentifier: required(IDENTIFIER),
  arn: required(STREAM_ARN),
  status: required(STREAM_STATUS),
  creationTime: required(TIMESTAMP),
} as const;

/** How changes are ordered. */
export const STREAM_ORDERING = text({ values: ["UNORDERED"] });

/** How changes are written. */
export const STREAM_FORMAT = text({ values: ["JSON"] });

/** Where changes go. */
export const TARGET_DEFINITION = union({
  kinesis: required(
    structure({
      streamArn: required(text({ minCharacters: 1, maxCharacters: 2048 })),
      roleArn: required(
        text({
          minCharacters: 20,
          maxCharacters: 2048,
          pattern: "^arn:aws(-[^:]+)?:iam::\\d{12}:role(/[a-zA-Z0-9+=,.@_-]+)+$",
        }),
      ),
    }),
  ),
});

/** What is wrong with a stream. */
export const STATUS_REASON = structure({
  error: required(text({ values: STREAM_FAILURES })),
  updatedAt: required(TIMESTAMP),
});
