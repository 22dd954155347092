/** Asks, once a caller is known, whether its call is to fail on purpose. */
import type { CallFault, FaultableCall } from "../../faults/index.ts";
import { DroppedRequest } from "../dropped-request.ts";
import type { FaultInjector } from "../ports.ts";

/** The error that a call is to be answered with. */
export type InjectedError = Extract<CallFault, { readonly kind: "error" }>;

/**
 * Waits as long as fault rules say.
 *
 * @returns the error to answer with, in the front end's form; `undefined` when the call goes on
 * @throws DroppedRequest when there is to be no answer; leave it to the server
 */
export async function injectedError(
  faults: FaultInjector | undefined,
  call: FaultableCall,
): Promise<InjectedError | undefined> {
  const fault = await faults?.beforeCall(call);
  if (fault?.kind === "drop") throw new DroppedRequest();
  return fault;
}
