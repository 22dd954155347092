/** restJson1 of DSQL: where the parameters of each operation go. */
import { isObject, textOf } from "../format/json-value.ts";
import type { AwsCall, AwsRequest } from "./call-aws.ts";

/** Method and path; parts in braces are parameters. @see https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_Operations.html */
const OPERATIONS: Readonly<Record<string, readonly [method: string, path: string]>> = {
  CreateCluster: ["POST", "/cluster"],
  GetCluster: ["GET", "/cluster/{identifier}"],
  UpdateCluster: ["POST", "/cluster/{identifier}"],
  DeleteCluster: ["DELETE", "/cluster/{identifier}"],
  ListClusters: ["GET", "/cluster"],
  GetVpcEndpointServiceName: ["GET", "/clusters/{identifier}/vpc-endpoint-service-name"],
  PutClusterPolicy: ["POST", "/cluster/{identifier}/policy"],
  GetClusterPolicy: ["GET", "/cluster/{identifier}/policy"],
  DeleteClusterPolicy: ["DELETE", "/cluster/{identifier}/policy"],
  CreateStream: ["POST", "/stream/{clusterIdentifier}"],
  GetStream: ["GET", "/stream/{clusterIdentifier}/{streamIdentifier}"],
  ListStreams: ["GET", "/stream/{clusterIdentifier}"],
  DeleteStream: ["DELETE", "/stream/{clusterIdentifier}/{streamIdentifier}"],
  TagResource: ["POST", "/tags/{resourceArn}"],
  UntagResource: ["DELETE", "/tags/{resourceArn}"],
  ListTagsForResource: ["GET", "/tags/{resourceArn}"],
};

/** Query parameters whose name is not the member's in kebab case. */
const QUERY_NAMES: Readonly<Record<string, string>> = { tagKeys: "tagKeys" };

/** The request of a call. @throws Error for an operation that DSQL does not have */
export function dsqlRequest({ operation, parameters }: AwsCall): AwsRequest {
  const route = OPERATIONS[operation];
  if (route === undefined) {
    throw new Error(`DSQL has no ${operation}; it has ${Object.keys(OPERATIONS).join(", ")}`);
  }
  const [method, template] = route;
  const left: Record<string, unknown> = { ...parameters };
  const path = template.replace(/\{(\w+)\}/g, (_part, name: string) => {
    const value = left[name];
    Reflect.deleteProperty(left, name);
    return encodeURIComponent(textOf(value) ?? "");
  });
  if (isObject(left["policy"])) left["policy"] = JSON.stringify(left["policy"]);
  if (method === "POST") {
    const contentType = "application/json";
    return { method, path, query: {}, contentType, body: JSON.stringify(left) };
  }
  const query = Object.fromEntries(
    Object.entries(left).map(([name, value]) => [
      QUERY_NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
  return { method, path, query, contentType: undefined, body: "" };
}
