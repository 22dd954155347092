/**
 * Tags of users, roles, policies and providers.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import { type TextRule, throwViolations, violation, violationsOf } from "./member-rules.ts";

/** A key and its value. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

const KEY_RULE: TextRule = {
  minCharacters: 1,
  maxCharacters: 128,
  pattern: {
    expression: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
  },
};
const VALUE_RULE: TextRule = {
  minCharacters: 0,
  maxCharacters: 256,
  pattern: {
    expression: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
  },
};

/**
 * The tags of a request, in its order.
 *
 * @throws IamError `ValidationError` or `InvalidInput`
 */
export function checkTags(tags: readonly Tag[] = []): readonly Tag[] {
  const violations: string[] = [];
  if (tags.length > IAM_QUOTAS.tagsPerEntity) {
    const text = `Member must have length less than or equal to ${IAM_QUOTAS.tagsPerEntity}`;
    violations.push(violation(`'${JSON.stringify(tags.map(({ key }) => key))}'`, "tags", text));
  }
  tags.forEach(({ key, value }, index) => {
    violations.push(...violationsOf(key, `tags.${index + 1}.member.key`, KEY_RULE));
    violations.push(...violationsOf(value, `tags.${index + 1}.member.value`, VALUE_RULE));
  });
  throwViolations(violations);
  if (new Set(tags.map(({ key }) => key.toLowerCase())).size < tags.length) {
    const message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    throw new IamError("InvalidInput", message);
  }
  if (tags.some(({ key }) => /^aws:/i.test(key))) {
    const message = "'aws:' prefixed tag key names are not allowed for external use.";
    throw new IamError("InvalidInput", message);
  }
  return tags.map(({ key, value }) => ({ key, value }));
}

/**
 * Keys of tags to be taken away.
 *
 * @throws IamError `ValidationError`
 */
export function checkTagKeys(tagKeys: readonly string[]): readonly string[] {
  const violations: string[] = [];
  if (tagKeys.length > IAM_QUOTAS.tagsPerEntity) {
    const text = `Member must have length less than or equal to ${IAM_QUOTAS.tagsPerEntity}`;
    violations.push(violation(`'${JSON.stringify(tagKeys)}'`, "tagKeys", text));
  }
  tagKeys.forEach((key, index) => {
    violations.push(...violationsOf(key, `tagKeys.${index + 1}.member`, KEY_RULE));
  });
  throwViolations(violations);
  return tagKeys;
}

/**
 * Tags with others put in or in place of those with the same key, whatever its case.
 *
 * @throws IamError `LimitExceeded`
 */
export function withTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const byKey = new Map(present.map((tag) => [tag.key.toLowerCase(), tag]));
  for (const tag of added) byKey.set(tag.key.toLowerCase(), tag);
  if (byKey.size > IAM_QUOTAS.tagsPerEntity) {
    const message = "The number of tags has reached the maximum limit.";
    throw new IamError("LimitExceeded", message);
  }
  return [...byKey.values()];
}

/** Tags without those with one of the keys, whatever its case. */
export function withoutTags(present: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return present.filter(({ key }) => !gone.has(key.toLowerCase()));
}
