/** The table of a Query service: each operation with its input, output, what it needs, and what it does. */
import type { InputOf, Members, StructureOf } from "./shape.ts";

/** What a caller must be allowed to do. */
export interface NeededAccess {
  /** An ARN, or `*`. */
  readonly resource: string;
  /** Condition keys of the operation, by lower-cased name. */
  readonly keys?: ReadonlyMap<string, readonly string[]>;
}

/** An operation with its types. `Call` is what a service gives to all of its operations. */
export interface QueryOperationSpec<
  Call,
  Input extends Members,
  Output extends Members | undefined,
> {
  readonly input: Input;
  /** `undefined` for an operation that answers nothing. */
  readonly output: Output;
  /** `undefined` for an operation that everybody may do whose signature is right. */
  readonly access: (input: InputOf<Input>, call: Call) => NeededAccess | undefined;
  readonly run: (input: InputOf<Input>, call: Call) => Result<Output>;
}

type Result<Output extends Members | undefined> = Output extends Members
  ? StructureOf<Output> | Promise<StructureOf<Output>>
  : ReturnType<() => void>;

interface Described {
  readonly input: Members;
  readonly output: Members | undefined;
}

/** An operation in the table whose requests are signed. */
export interface SignedOperation<Call> extends Described {
  readonly kind: "signed";
  readonly access: (input: unknown, call: Call) => NeededAccess | undefined;
  readonly run: (input: unknown, call: Call) => unknown;
}

/** An operation in the table whose requests need no signature: something in them says who asks. */
export interface UnsignedOperation<Call> extends Described {
  readonly kind: "unsigned";
  readonly run: (input: unknown, call: Call) => unknown;
}

/** An operation in the table. */
export type QueryOperation<Call, Unsigned = never> =
  SignedOperation<Call> | UnsignedOperation<Unsigned>;

/** Makes an operation of a table. */
export function queryOperation<
  Call,
  const Input extends Members,
  const Output extends Members | undefined,
>(spec: QueryOperationSpec<Call, Input, Output>): SignedOperation<Call> {
  // INVARIANT: `access` and `run` are called only with what was read by this operation's own input.
  return {
    kind: "signed",
    input: spec.input,
    output: spec.output,
    access: (input, call) => spec.access(input as InputOf<Input>, call),
    run: (input, call) => spec.run(input as InputOf<Input>, call),
  };
}

/** Makes an operation of a table whose requests need no signature. */
export function unsignedOperation<
  Call,
  const Input extends Members,
  const Output extends Members | undefined,
>(spec: Omit<QueryOperationSpec<Call, Input, Output>, "access">): UnsignedOperation<Call> {
  const { input, output, run } = spec;
  // INVARIANT: as above.
  return {
    kind: "unsigned",
    input,
    output,
    run: (read, call) => run(read as InputOf<Input>, call),
  };
}

/** A service. */
export interface QueryService<Call, Unsigned = never> {
  /** Signing name, and prefix of its actions. */
  readonly name: string;
  /** Version of the API, a date. */
  readonly version: string;
  readonly xmlNamespace: string;
  readonly operations: ReadonlyMap<string, QueryOperation<Call, Unsigned>>;
}
