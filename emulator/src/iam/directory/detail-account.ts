/** What the details of an account say of each other: whose they are, and what they refer to. */
import { awsManagedPolicies } from "./aws-managed-policies.ts";
import type { DetailReader, Place, PlacedText } from "./detail-reader.ts";
import { TEXT_RULES } from "./member-rules.ts";

const ARN = /^arn:aws:iam::(aws|\d{12}):(.+)$/s;
const AWS = "aws";
const BUILT_IN: ReadonlySet<string> = new Set(awsManagedPolicies().map(({ arn }) => arn));

/** Collects ARNs and references while the details are read, and checks them when all are known. */
export class DetailAccount {
  readonly #reader: DetailReader;
  readonly #names = new Set<string>();
  readonly #policies = new Set<string>(BUILT_IN);
  readonly #groups: PlacedText[] = [];
  readonly #policyArns: PlacedText[] = [];
  #accountId: string | undefined;

  constructor(reader: DetailReader) {
    this.#reader = reader;
  }

  /** A name, which is there once for each kind of entity, whatever its letter case. */
  names(kind: string, { text, path }: PlacedText): void {
    const name = nameKey(kind, text);
    if (text !== "" && this.#names.has(name)) this.#reader.report(path, "comes twice");
    this.#names.add(name);
  }

  /** The `Arn` of an entity of the account; what comes after the account id is known. */
  owns(place: Place, resource: string): void {
    this.#checkArn(place, resource, false);
  }

  /**
   * The `Arn` of a managed policy. Answers whether the policy is of AWS, and if so, whether the
   * emulator has it anyway.
   */
  ownsPolicy(place: Place, resource: string): "own" | "aws" | "built-in" {
    const arn = this.#checkArn(place, resource, true);
    if (BUILT_IN.has(arn)) return "built-in";
    if (this.#policies.has(arn)) this.#reader.report(`${place.path}.Arn`, "comes twice");
    this.#policies.add(arn);
    return ARN.exec(arn)?.[1] === AWS ? "aws" : "own";
  }

  /** A name of a group. */
  refersToGroup(name: PlacedText): void {
    this.#groups.push(name);
  }

  /** An ARN of a managed policy. */
  refersToPolicy(arn: PlacedText): void {
    this.#policyArns.push(arn);
  }

  /** Checks what was referred to. The account id; `undefined` if nothing says it. */
  finish(): string | undefined {
    for (const { text, path } of this.#groups) {
      if (this.#names.has(nameKey("group", text))) continue;
      this.#reader.report(path, "is no group of GroupDetailList");
    }
    for (const { text, path } of this.#policyArns) {
      if (text === "" || this.#policies.has(text)) continue;
      this.#reader.report(path, "is no policy of Policies");
    }
    if (this.#accountId === undefined && this.#reader.problems.length === 0) {
      this.#reader.report("", "nothing in it has an account id");
    }
    return this.#accountId;
  }

  #checkArn(place: Place, resource: string, mayBeOfAws: boolean): string {
    const arn = this.#reader.text(place, "Arn", TEXT_RULES.arn);
    if (arn === "") return arn;
    const path = `${place.path}.Arn`;
    const [, owner, rest] = ARN.exec(arn) ?? [];
    if (owner === undefined || (owner === AWS && !mayBeOfAws)) {
      this.#reader.report(path, "must be an ARN of IAM in the partition `aws`");
      return arn;
    }
    if (rest !== resource) this.#reader.report(path, "does not fit the path and the name");
    if (owner === AWS) return arn;
    this.#accountId ??= owner;
    if (owner !== this.#accountId) this.#reader.report(path, "is of another account");
    return arn;
  }
}

function nameKey(kind: string, name: string): string {
  return `${kind} ${name.toLowerCase()}`;
}
