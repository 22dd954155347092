/** The policies of a user, group or role with their texts, as the policy simulator needs them. */
import type { AttachedPolicy } from "../policy-document.ts";
import type { DirectoryState } from "./directory-state.ts";
import type { EntityKind } from "./entity-table.ts";
import type { EntityRecord, PolicyRecord } from "./iam-snapshot.ts";
import { parsePolicyText } from "./parse-policy-text.ts";

/** A policy, its text, and what it is attached to. */
export interface PolicyText extends AttachedPolicy {
  readonly owner: { readonly kind: EntityKind; readonly name: string };
  readonly text: string;
}

/** The policies of a principal or group. */
export interface PrincipalPolicyTexts {
  readonly kind: EntityKind;
  /** Inline before managed, a user's own before those of its groups. */
  readonly identity: readonly PolicyText[];
  readonly boundary: PolicyText | undefined;
}

/** The question. */
export interface PolicyTextReads {
  /** Of the user, group or role with this ARN in its exact spelling; `undefined` if there is none. */
  policyTextsOf(arn: string): PrincipalPolicyTexts | undefined;
}

/** The question to a directory. */
export function policyTextReads(state: DirectoryState): PolicyTextReads {
  const { users, groups, roles, policies } = state;

  const boundaryOf = (
    kind: EntityKind,
    { name, permissionsBoundary: arn }: EntityRecord & { readonly permissionsBoundary?: string },
    attachedTo: string,
  ): PolicyText | undefined => {
    if (arn === undefined) return undefined;
    const owner = { kind, name };
    const policy = policies.get(arn);
    if (policy !== undefined) return managedText(policy, owner, attachedTo);
    // INVARIANT: a boundary whose policy is gone allows nothing.
    const document = { version: "2012-10-17", statements: [] } as const;
    return { owner, document, text: "", source: { kind: "managed", name: arn, attachedTo, arn } };
  };
  const textsOf = (
    kind: EntityKind,
    { name, inlinePolicies, attachedPolicies }: EntityRecord,
    attachedTo: string,
  ): readonly PolicyText[] => [
    ...inlinePolicies.map(({ policyName, policyDocument: text }): PolicyText => {
      const { document } = parsePolicyText(text);
      const source = { kind: "inline", name: policyName, attachedTo } as const;
      return { owner: { kind, name }, document, text, source };
    }),
    ...attachedPolicies
      .flatMap((arn) => policies.get(arn) ?? [])
      .map((policy) => managedText(policy, { kind, name }, attachedTo)),
  ];

  return {
    policyTextsOf: (arn) => {
      const user = users.findByArn(arn);
      if (user !== undefined) {
        const ofGroups = user.groupIds
          .flatMap((id) => groups.findById(id) ?? [])
          .flatMap((group) => textsOf("group", group, groups.arnOf(group)));
        const identity = [...textsOf("user", user, arn), ...ofGroups];
        return { kind: "user", identity, boundary: boundaryOf("user", user, arn) };
      }
      const role = roles.findByArn(arn);
      if (role !== undefined) {
        const boundary = boundaryOf("role", role, arn);
        return { kind: "role", identity: textsOf("role", role, arn), boundary };
      }
      const group = groups.findByArn(arn);
      if (group === undefined) return undefined;
      return { kind: "group", identity: textsOf("group", group, arn), boundary: undefined };
    },
  };
}

/** INVARIANT: a stored text was parsed when it was taken, and a policy has its default version. */
function managedText(
  { name, arn, versions, defaultVersionId }: PolicyRecord,
  owner: PolicyText["owner"],
  attachedTo: string,
): PolicyText {
  const text = versions.find(({ versionId }) => versionId === defaultVersionId)?.document ?? "";
  const { document } = parsePolicyText(text);
  return { owner, document, text, source: { kind: "managed", name, attachedTo, arn } };
}
