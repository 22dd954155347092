/** From the text of a policy to its parsed form, or to the answer of the API. */
import { parsePolicyDocument, type PolicyUse } from "../parse-policy-document.ts";
import type { PolicyDocument } from "../policy-document.ts";
import type { PolicyProblem } from "../policy-problem.ts";
import { policySize } from "../policy-size.ts";
import { IamError } from "./iam-error.ts";

/** A document and its size as IAM counts it. */
export interface ParsedText {
  readonly document: PolicyDocument;
  readonly characters: number;
}

/**
 * Parses the JSON text of a policy.
 *
 * @throws IamError `MalformedPolicyDocument`
 */
export function parsePolicyText(text: string, use: PolicyUse = "identity"): ParsedText {
  const json = parseJson(text);
  const parsed = parsePolicyDocument(json, { use });
  if (parsed.kind === "parsed") return { document: parsed.document, characters: policySize(json) };
  const { problems } = parsed;
  throw new IamError("MalformedPolicyDocument", messageOf(problems, use), problems);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const problem = { path: "", message: "is not JSON" };
    throw new IamError("MalformedPolicyDocument", "This policy contains invalid Json", [problem]);
  }
}

interface Phrase {
  readonly path: RegExp;
  readonly message?: RegExp;
  readonly use?: PolicyUse;
  readonly phrase: string;
}

/** What the service is known to say, by the problem; it has no other text that names a place. */
const PHRASES: readonly Phrase[] = [
  { path: /\.(?:Not)?Resource$/, message: /trust/, phrase: "Has prohibited field Resource" },
  {
    path: /\.(?:Not)?Principal$/,
    use: "identity",
    phrase: "Policy document should not specify a principal.",
  },
  { path: /^Statement\[\d+\]$/, message: /Principal/, phrase: "Missing required field Principal" },
  {
    path: /\.Action$/,
    use: "trust",
    message: /sts/,
    phrase: "AssumeRole policy may only specify STS AssumeRole actions.",
  },
  {
    path: /\.Sid$/,
    message: /same/,
    phrase: "Statement IDs (SID) in a single policy must be unique.",
  },
  {
    path: /\.Sid$/,
    message: /letters/,
    phrase:
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
  },
];
const UNKNOWN_PROBLEM = "Syntax errors in policy.";

function messageOf(problems: readonly PolicyProblem[], use: PolicyUse): string {
  for (const problem of problems) {
    const known = PHRASES.find(
      (phrase) =>
        phrase.path.test(problem.path) &&
        (phrase.message?.test(problem.message) ?? true) &&
        (phrase.use === undefined || phrase.use === use),
    );
    if (known !== undefined) return known.phrase;
  }
  return UNKNOWN_PROBLEM;
}
