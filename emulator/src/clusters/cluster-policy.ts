/** Texts of cluster policies. */
import {
  type AttachedPolicy,
  parsePolicyDocument,
  type PolicyDocument,
  type PolicyProblem,
} from "../iam/index.ts";
import type { PolicyRecord } from "./cluster-records.ts";
import { invalid } from "./clusters-error.ts";
import { isPublic } from "./public-access.ts";

const parsed = new WeakMap<PolicyRecord, PolicyDocument>();

/**
 * Reads the text of a policy. The kinds of errors and their texts are chosen.
 *
 * @throws ClustersError `invalid` for a text that is no policy, or one that lets in whoever asks
 */
export function checkPolicyText(text: string): PolicyDocument {
  const policy = parsePolicyDocument(parseJson(text), { use: "resource" });
  if (policy.kind === "malformed") throw invalid(malformed(policy.problems), "policy");
  if (isPublic(policy.document)) {
    const message = "The policy grants public access, which Block Public Access does not permit.";
    throw invalid(message, "policy");
  }
  return policy.document;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid("The policy is not valid: it is not JSON.", "policy");
  }
}

function malformed(problems: readonly PolicyProblem[]): string {
  const [{ path, message } = { path: "", message: "it is malformed" }] = problems;
  return `The policy is not valid: ${path === "" ? message : `${path} ${message}`}.`;
}

/** A policy as it is evaluated. */
export function attachedPolicy(document: PolicyDocument, clusterArn: string): AttachedPolicy {
  return { document, source: { kind: "inline", name: "cluster policy", attachedTo: clusterArn } };
}

/** The policy of a record, as it is evaluated; parsed once. */
export function attachedPolicyOf(policy: PolicyRecord, clusterArn: string): AttachedPolicy {
  const document = parsed.get(policy) ?? checkPolicyText(policy.text);
  parsed.set(policy, document);
  return attachedPolicy(document, clusterArn);
}
