/** Builders of policies in the form of the configuration. */
import type { PolicyDocument, PolicyStatement } from "./configuration-form.ts";

/** What a statement has beside effect and action. */
export interface StatementOptions {
  /** ARNs or patterns; `*` by default. */
  readonly resource?: string | readonly string[];
  /** Operators, their keys and values, as in IAM. */
  readonly condition?: NonNullable<PolicyStatement["Condition"]>;
  readonly sid?: string;
}

function statement(
  effect: "Allow" | "Deny",
  action: string | readonly string[],
  { resource = "*", condition, sid }: StatementOptions,
): PolicyStatement {
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** Makes statements and documents of IAM policies. */
export const policy = {
  /** A statement that allows the actions, such as `dsql:DbConnect`. */
  allow(action: string | readonly string[], options: StatementOptions = {}): PolicyStatement {
    return statement("Allow", action, options);
  },

  /** A statement that denies the actions, whatever else allows them. */
  deny(action: string | readonly string[], options: StatementOptions = {}): PolicyStatement {
    return statement("Deny", action, options);
  },

  /** A document of these statements. */
  document(...statements: readonly PolicyStatement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
  },

  /** A trust policy: who may assume a role, by account ids or ARNs. */
  trust(...principals: readonly string[]): PolicyDocument {
    return policy.document({
      Effect: "Allow",
      Principal: { AWS: principals },
      Action: "sts:AssumeRole",
    });
  },
};
