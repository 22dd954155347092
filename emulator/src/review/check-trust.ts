/** Roles that nobody may assume, users that cannot connect, and policies that name who is gone. */
import type { AccessMatrix } from "./access-matrix.ts";
import type { Estate } from "./estate.ts";
import type { Finding } from "./finding.ts";
import { inventoryOf, policyPlace } from "./policy-inventory.ts";

/** What a user or role becomes in a policy when it is deleted. */
const UNIQUE_ID = /^AWS:(A(?:IDA|ROA)[A-Z0-9]{12,124})$/;

/** Findings on who may become whom. */
export function checkTrust(estate: Estate, { principals }: AccessMatrix): readonly Finding[] {
  const ids = new Set(estate.principals.map(({ id }) => id));
  return [
    ...principals.flatMap(({ arn, kind, assumableBy }): readonly Finding[] => {
      if (kind !== "role" || assumableBy.length > 0 || isServiceLinked(arn)) return [];
      return [
        {
          id: "role-that-nobody-assumes",
          severity: "warning",
          where: arn,
          what: "nobody may assume the role: its trust policy, with the policies of those it names, lets nobody in",
          todo: "name in the trust policy who shall assume it, and allow them sts:AssumeRole",
        },
      ];
    }),
    ...inventoryOf(estate).flatMap((inventoried) => {
      const gone = inventoried.policy.document.statements
        .flatMap(({ principal }) => principal?.written.patterns ?? [])
        .flatMap(({ text }) => UNIQUE_ID.exec(text)?.[1] ?? [])
        .filter((id) => !ids.has(id));
      return [...new Set(gone)].map((id): Finding => ({
        id: "policy-names-deleted-principal",
        severity: "error",
        where: policyPlace(inventoried),
        what: `it names ${id}, which was deleted: one of the same name that was made later is not meant by it`,
        todo: "write the ARN again if the new principal is meant, else take the id out",
      }));
    }),
  ];
}

function isServiceLinked(arn: string): boolean {
  return arn.includes(":role/aws-service-role/");
}
