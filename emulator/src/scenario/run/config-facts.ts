/** What a scenario may know of its configuration: principals by name, and facts before the start. */
import { readFileSync } from "node:fs";
import { isObject, type JsonObject, listOf, objectOf, textOf } from "../format/json-value.ts";
import { parseYaml } from "../format/yaml-file.ts";

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const DEFAULT_ACCOUNT = "123456789012";
const DEFAULT_REGION = "us-east-1";
const DEFAULT_CLUSTER = "dsqlemulatorlocalcluster2a";

/** The configuration as a mapping; an empty one if it cannot be read, which the emulator then says. */
export function readConfig(config: JsonObject | string | undefined): JsonObject {
  if (config === undefined || isObject(config)) return config ?? {};
  try {
    const parsed = parseYaml(readFileSync(config, "utf8"), config);
    return parsed.kind === "read" ? objectOf(parsed.value) : {};
  } catch {
    return {};
  }
}

/** The variables that each scenario has: `account`, `region`, `cluster`, `clusters`. */
export function builtInVariables(config: JsonObject): JsonObject {
  const accounts = accountsOf(config);
  const account = accounts[0]?.id ?? DEFAULT_ACCOUNT;
  const declared = config["clusters"] === undefined ? [{}] : listOf(config["clusters"]);
  const clusters = declared.map((item) => {
    const cluster = objectOf(item);
    const identifier = textOf(cluster["identifier"]) ?? DEFAULT_CLUSTER;
    const region = textOf(cluster["region"]) ?? DEFAULT_REGION;
    const owner = textOf(cluster["account"]) ?? account;
    return {
      identifier,
      region,
      arn: `arn:aws:dsql:${region}:${owner}:cluster/${identifier}`,
      endpoint: `${identifier}.dsql.${region}.on.aws`,
    };
  });
  const region = clusters[0]?.region ?? DEFAULT_REGION;
  return {
    account,
    region,
    clusters,
    ...(clusters[0] === undefined ? {} : { cluster: clusters[0] }),
  };
}

/** Access keys by key id and by the name of their user; of users of one name the first one has it. */
export function declaredCredentials(config: JsonObject): ReadonlyMap<string, Credentials> {
  const found = new Map<string, Credentials>();
  for (const { users } of accountsOf(config)) {
    for (const user of users) {
      const name = textOf(user["name"]);
      for (const key of listOf(user["accessKeys"]).map(objectOf)) {
        const [accessKeyId, secretAccessKey] = [textOf(key["id"]), textOf(key["secret"])];
        if (accessKeyId === undefined || secretAccessKey === undefined) continue;
        found.set(accessKeyId, { accessKeyId, secretAccessKey });
        if (name !== undefined && !found.has(name))
          found.set(name, { accessKeyId, secretAccessKey });
      }
    }
  }
  return found;
}

interface AccountFacts {
  readonly id: string | undefined;
  readonly users: readonly JsonObject[];
}

function accountsOf(config: JsonObject): readonly AccountFacts[] {
  const { accounts } = config;
  const entries: readonly [string | undefined, unknown][] = isObject(accounts)
    ? Object.entries(accounts)
    : listOf(accounts).map((account) => [textOf(objectOf(account)["id"]), account]);
  return entries.map(([id, account]) => ({
    id,
    users: listOf(objectOf(account)["users"]).map(objectOf),
  }));
}
