/** Shapes that several operations of IAM share. */
import {
  BOOLEAN,
  DOCUMENT,
  integer,
  list,
  listIfAny,
  optional,
  required,
  structure,
  text,
  TIMESTAMP,
} from "../query/shape.ts";

/** A text that has to be there; its other constraints are checked by the directory. */
export const NAME = required(text());

/** A text that may be left out. */
export const MAYBE_TEXT = optional(text());

/** A number that may be left out. */
export const MAYBE_INTEGER = optional(integer());

const TAG = structure({ Key: NAME, Value: NAME });

/** Tags of a request that may be left out. */
export const MAYBE_TAGS = optional(list(TAG));

/** Tags that have to be there. */
export const TAGS = required(list(TAG));

/** Keys of tags. */
export const TAG_KEYS = required(list(text()));

const SHOWN_TAGS = optional(listIfAny(TAG));

/** What a request for a list may say. */
export const PAGE_INPUT = { Marker: MAYBE_TEXT, MaxItems: MAYBE_INTEGER };

/** What an answer says of its page. */
export const PAGE_OUTPUT = { IsTruncated: required(BOOLEAN), Marker: MAYBE_TEXT };

const BOUNDARY = structure({ PermissionsBoundaryType: NAME, PermissionsBoundaryArn: NAME });

const LISTED_USER_MEMBERS = {
  Path: NAME,
  UserName: NAME,
  UserId: NAME,
  Arn: NAME,
  CreateDate: required(TIMESTAMP),
};

/** A user in a list. */
export const LISTED_USER = structure(LISTED_USER_MEMBERS);

/** A user. */
export const USER = structure({
  ...LISTED_USER_MEMBERS,
  PermissionsBoundary: optional(BOUNDARY),
  Tags: SHOWN_TAGS,
});

/** A group. */
export const GROUP = structure({
  Path: NAME,
  GroupName: NAME,
  GroupId: NAME,
  Arn: NAME,
  CreateDate: required(TIMESTAMP),
});

const LISTED_ROLE_MEMBERS = {
  Path: NAME,
  RoleName: NAME,
  RoleId: NAME,
  Arn: NAME,
  CreateDate: required(TIMESTAMP),
  AssumeRolePolicyDocument: required(DOCUMENT),
  Description: MAYBE_TEXT,
  MaxSessionDuration: MAYBE_INTEGER,
};

/** A role in a list. */
export const LISTED_ROLE = structure(LISTED_ROLE_MEMBERS);

/** A role. */
export const ROLE = structure({
  ...LISTED_ROLE_MEMBERS,
  PermissionsBoundary: optional(BOUNDARY),
  Tags: SHOWN_TAGS,
  RoleLastUsed: optional(structure({ LastUsedDate: optional(TIMESTAMP), Region: MAYBE_TEXT })),
});

const LISTED_POLICY_MEMBERS = {
  PolicyName: NAME,
  PolicyId: NAME,
  Arn: NAME,
  Path: NAME,
  DefaultVersionId: NAME,
  AttachmentCount: required(integer()),
  PermissionsBoundaryUsageCount: required(integer()),
  IsAttachable: required(BOOLEAN),
  CreateDate: required(TIMESTAMP),
  UpdateDate: required(TIMESTAMP),
};

/** A managed policy in a list. */
export const LISTED_POLICY = structure(LISTED_POLICY_MEMBERS);

/** A managed policy. */
export const POLICY = structure({
  ...LISTED_POLICY_MEMBERS,
  Description: MAYBE_TEXT,
  Tags: SHOWN_TAGS,
});

/** A version of a managed policy without its document. */
export const LISTED_VERSION = structure({
  VersionId: NAME,
  IsDefaultVersion: required(BOOLEAN),
  CreateDate: required(TIMESTAMP),
});

/** A version of a managed policy. */
export const VERSION = structure({ Document: required(DOCUMENT), ...LISTED_VERSION.members });

/** A managed policy that is attached. */
export const ATTACHED_POLICY = structure({ PolicyName: NAME, PolicyArn: NAME });

/** An access key without its secret. */
export const ACCESS_KEY_METADATA = structure({
  UserName: NAME,
  AccessKeyId: NAME,
  Status: NAME,
  CreateDate: required(TIMESTAMP),
});
