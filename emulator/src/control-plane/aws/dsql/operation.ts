/** The table of the service: each operation with its route, input, output, what it needs, what it does. */
import type { ClusterScope, Clusters } from "../../../clusters/index.ts";
import type {
  AttachedPolicy,
  ContextKeys,
  Decision,
  IamDirectory,
  RequestContext,
} from "../../../iam/index.ts";
import type { AwsCaller } from "../ports.ts";
import type { LooseValuesOf, Members, ValuesOf } from "./shape.ts";

/** Something that a caller must be allowed to do. */
export interface NeededAccess {
  /** `service:Action`; the operation's own unless given. */
  readonly action?: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  /** The account of the resource; the caller's unless given. */
  readonly resourceAccountId?: string | undefined;
  /** Condition keys of the operation. */
  readonly keys?: ContextKeys;
  /** The policy of the resource, if it counts for the action. */
  readonly resourcePolicy?: AttachedPolicy | undefined;
  /** Where the action is done, if not in the region of the call. */
  readonly region?: string;
}

/** A decision with the request that it is about. */
export interface AccessDecision {
  readonly request: RequestContext;
  readonly decision: Decision;
}

/** What each operation gets besides its input. */
export interface DsqlCall {
  readonly caller: AwsCaller;
  /** The caller's account, and the region that was signed for. */
  readonly scope: ClusterScope;
  readonly clusters: Clusters;
  /** The IAM of the caller's account. */
  readonly directory: IamDirectory;
  /** Decides; nothing is thrown. */
  decide(needed: NeededAccess & { readonly action: string }): Promise<AccessDecision>;
  /** To be called after a change of `directory`. */
  keepAccounts(): Promise<void>;
}

/** Methods of the service's operations. */
export type DsqlMethod = "GET" | "POST" | "DELETE";

/** An operation with its types. */
export interface DsqlOperationSpec<Input extends Members, Output extends Members> {
  readonly method: DsqlMethod;
  /** Parts in braces are members of `input`. */
  readonly path: string;
  readonly input: Input;
  readonly output: Output;
  /**
   * All that is needed, the operation's own action first. Values have the right type and nothing else
   * of them was checked: what is not allowed is denied before it is called invalid.
   */
  readonly access: (input: LooseValuesOf<Input>, call: DsqlCall) => readonly NeededAccess[];
  readonly run: (
    input: ValuesOf<Input>,
    call: DsqlCall,
  ) => ValuesOf<Output> | Promise<ValuesOf<Output>>;
}

/** An operation in the table. */
export interface DsqlOperation {
  readonly method: DsqlMethod;
  readonly path: string;
  readonly input: Members;
  readonly output: Members;
  readonly access: (input: unknown, call: DsqlCall) => readonly NeededAccess[];
  readonly run: (input: unknown, call: DsqlCall) => unknown;
}

/** Makes an operation of the table. */
export function dsqlOperation<const Input extends Members, const Output extends Members>(
  spec: DsqlOperationSpec<Input, Output>,
): DsqlOperation {
  // INVARIANT: `access` is called only with what was read by this operation's own input, `run` only
  // when it was checked too.
  return {
    ...spec,
    access: (input, call) => spec.access(input as LooseValuesOf<Input>, call),
    run: (input, call) => spec.run(input as ValuesOf<Input>, call),
  };
}
