import { DSQL_OPERATIONS, DSQL_SIGNING_NAME } from "./dsql/dsql-service.ts";
import { IAM_SERVICE } from "./iam/iam-service.ts";
import { STS_SERVICE } from "./sts/sts-service.ts";

/** `service:Operation` of all operations that are served. */
export const AWS_OPERATIONS: readonly string[] = [
  ...namesOf(DSQL_SIGNING_NAME, DSQL_OPERATIONS),
  ...namesOf(IAM_SERVICE.name, IAM_SERVICE.operations),
  ...namesOf(STS_SERVICE.name, STS_SERVICE.operations),
];

function namesOf(service: string, operations: ReadonlyMap<string, unknown>): readonly string[] {
  return [...operations.keys()].map((name) => `${service}:${name}`);
}
