/**
 * Shapes that several operations of STS share; the constraints are those of the service's API model.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import {
  integer,
  list,
  optional,
  required,
  structure,
  text,
  type TextConstraints,
  TIMESTAMP,
} from "../query/shape.ts";

/** What names are written with. */
export const NAME_PATTERN = { expression: /^[\w+=,.@-]*$/, text: "[\\w+=,.@-]*" };
/** Of the key of a tag. */
export const TAG_KEY = {
  minCharacters: 1,
  maxCharacters: 128,
  pattern: {
    expression: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
  },
} as const satisfies TextConstraints;
/** Of the value of a tag. */
export const TAG_VALUE = {
  minCharacters: 0,
  maxCharacters: 256,
  pattern: {
    expression: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
  },
} as const satisfies TextConstraints;

/** Limits of the durations of sessions, in seconds. */
export const SESSION_SECONDS = {
  shortest: 900,
  longestOfRole: 43_200,
  longestOfUser: 129_600,
  /** Of a session that another session of a role begins. */
  longestOfChain: 3600,
  usualOfRole: 3600,
  usualOfUser: 43_200,
} as const;

/** The name of a session. */
export const SESSION_NAME = required(
  text({ minCharacters: 2, maxCharacters: 64, pattern: NAME_PATTERN }),
);

/** The name of somebody for whom a user stands. */
export const FEDERATED_NAME = required(
  text({ minCharacters: 2, maxCharacters: 32, pattern: NAME_PATTERN }),
);

/** An ARN. */
export const ROLE_ARN = required(text({ minCharacters: 20, maxCharacters: 2048 }));

/** Who the session is begun for. */
export const SOURCE_IDENTITY = optional(
  text({ minCharacters: 2, maxCharacters: 64, pattern: NAME_PATTERN }),
);

/** Session policies of a request. */
export const POLICY_INPUT = {
  PolicyArns: optional(
    list(structure({ arn: optional(text({ minCharacters: 20, maxCharacters: 2048 })) })),
  ),
  Policy: optional(
    text({
      minCharacters: 1,
      pattern: {
        expression: /^[\u0009\u000a\u000d\u0020-\u00ff]+$/,
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
      },
    }),
  ),
};

/** Session tags of a request. */
export const TAGS_INPUT = {
  Tags: optional(
    list(structure({ Key: required(text(TAG_KEY)), Value: required(text(TAG_VALUE)) })),
  ),
};

/** Keys of the tags that are to go on to further sessions. */
export const TRANSITIVE_INPUT = { TransitiveTagKeys: optional(list(text(TAG_KEY))) };

/** A second factor of a request. */
export const SECOND_FACTOR_INPUT = {
  SerialNumber: optional(
    text({
      minCharacters: 9,
      maxCharacters: 256,
      pattern: { expression: /^[\w+=/:,.@-]*$/, text: "[\\w+=/:,.@-]*" },
    }),
  ),
  TokenCode: optional(
    text({ minCharacters: 6, maxCharacters: 6, pattern: { expression: /^\d*$/, text: "[\\d]*" } }),
  ),
};

/** Duration of a session that a role has. */
export const ROLE_DURATION = optional(
  integer({ min: SESSION_SECONDS.shortest, max: SESSION_SECONDS.longestOfRole }),
);

/** Duration of a session that a user has. */
export const USER_DURATION = optional(
  integer({ min: SESSION_SECONDS.shortest, max: SESSION_SECONDS.longestOfUser }),
);

/** Temporary credentials of an answer. */
export const CREDENTIALS = structure({
  AccessKeyId: required(text()),
  SecretAccessKey: required(text()),
  SessionToken: required(text()),
  Expiration: required(TIMESTAMP),
});

/** The session of a role in an answer. */
export const ASSUMED_ROLE_USER = structure({
  AssumedRoleId: required(text()),
  Arn: required(text()),
});
