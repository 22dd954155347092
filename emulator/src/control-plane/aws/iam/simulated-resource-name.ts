/**
 * What kind of resource an action is about, as results of simulations name it. Only actions of
 * Aurora DSQL are known here; those of other services are named like actions that have none.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonauroradsql.html
 */

const CLUSTER = "arn:${Partition}:dsql:${Region}:${Account}:cluster/${Identifier}";
const STREAM = "arn:${Partition}:dsql:${Region}:${Account}:cluster/${ClusterId}/stream/${StreamId}";
const STREAM_ACTIONS: readonly string[] = ["getstream", "deletestream", "updatestream"];
const ACTIONS_WITHOUT_RESOURCE: readonly string[] = ["listclusters"];
const ANY = "*";

/** The form of the ARNs that an action is about; `*` if there is none. */
export function simulatedResourceName(action: string): string {
  const [service, name = ""] = action.toLowerCase().split(":");
  if (service !== "dsql" || ACTIONS_WITHOUT_RESOURCE.includes(name)) return ANY;
  return STREAM_ACTIONS.includes(name) ? STREAM : CLUSTER;
}
