/** The model of the service. */
import { CLUSTER_OPERATIONS } from "./cluster-operations.ts";
import type { DsqlOperation } from "./operation.ts";
import { POLICY_OPERATIONS } from "./policy-operations.ts";
import { STREAM_OPERATIONS } from "./stream-operations.ts";
import { TAG_OPERATIONS } from "./tag-operations.ts";

/** Signing name, and prefix of the actions. */
export const DSQL_SIGNING_NAME = "dsql";

/** All operations by name. */
export const DSQL_OPERATIONS: ReadonlyMap<string, DsqlOperation> = new Map(
  Object.entries({
    ...CLUSTER_OPERATIONS,
    ...POLICY_OPERATIONS,
    ...STREAM_OPERATIONS,
    ...TAG_OPERATIONS,
  }),
);
