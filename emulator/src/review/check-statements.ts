/** Statements that can never match, that a deny always beats, or that allow more than anyone means. */
import type { PolicyStatement, PolicyType } from "../iam/index.ts";
import { fits } from "./access-matrix.ts";
import { contradictionsOf } from "./check-conditions.ts";
import type { Estate } from "./estate.ts";
import type { Finding } from "./finding.ts";
import {
  type InventoriedPolicy,
  inventoryOf,
  isOfAws,
  policyPlace,
  statementKey,
} from "./policy-inventory.ts";
import { type StatementReach, statementReach } from "./statement-reach.ts";

const GRANTING: readonly PolicyType[] = ["identity-based", "resource-based"];
const CONNECT_ONLY = /^dsql:dbconnect(?:admin|\*)?$/i;

/** One statement with where it stands. */
interface Placed {
  readonly policyType: PolicyType;
  readonly statement: PolicyStatement;
  readonly where: string;
  readonly reach: StatementReach | undefined;
}

/** @param knownActions names of all actions of DSQL, without `dsql:` */
export function checkStatements(
  estate: Estate,
  knownActions: readonly string[],
): readonly Finding[] {
  const reaches = statementReach(estate);
  const builtIn = estate.principals.filter(({ isBuiltIn }) => isBuiltIn).map(({ arn }) => arn);
  return inventoryOf(estate)
    .filter(({ policyType, policy, attachedTo }) => {
      const isBuiltIn = attachedTo.every((arn) => builtIn.includes(arn));
      return !isOfAws(policyType, policy.source) && !isBuiltIn;
    })
    .flatMap((inventoried) =>
      placedStatements(inventoried, reaches).flatMap((placed) => [
        ...coversNothing(placed),
        ...contradicts(placed),
        ...unknownActions(placed, knownActions),
        ...namesNoCluster(placed),
        ...behindDeny(placed),
        ...allowsTooMuch(placed),
      ]),
    );
}

function placedStatements(
  inventoried: InventoriedPolicy,
  reaches: ReadonlyMap<string, StatementReach>,
): readonly Placed[] {
  const { policyType, policy } = inventoried;
  return policy.document.statements.map((statement, statementIndex) => {
    const { sid, effect } = statement;
    const name = sid === undefined ? `statement ${statementIndex}` : `statement \`${sid}\``;
    const key = statementKey({ policyType, policy: policy.source, statementIndex, sid, effect });
    return {
      policyType,
      statement,
      where: `${name} of ${policyPlace(inventoried)}`,
      reach: reaches.get(key),
    };
  });
}

function coversNothing({ statement, where }: Placed): readonly Finding[] {
  const { action, resource } = statement;
  const elements = [
    { name: "NotAction", element: action.written },
    ...(resource === undefined ? [] : [{ name: "NotResource", element: resource.written }]),
  ];
  return elements
    .filter(({ element }) => element.isNegated && element.patterns.some(({ text }) => text === "*"))
    .map(({ name }) => ({
      id: "statement-covers-nothing",
      severity: "error",
      where,
      what: `${name} is \`*\`: it leaves out everything, so that the statement covers nothing`,
      todo: `write ${name.slice("Not".length)}, or name what is to be left out`,
    }));
}

function contradicts({ statement, where }: Placed): readonly Finding[] {
  return contradictionsOf(statement, isOfConnections(statement)).map(
    ({ key, conditions, isAbsentKey }) => ({
      id: isAbsentKey ? "condition-on-absent-key" : "conditions-exclude-each-other",
      severity: "error",
      where,
      what: isAbsentKey
        ? `no connection has the key \`${key}\`, which ${conditions.join(" and ")} needs: the statement never matches`
        : `no value of \`${key}\` fulfils ${conditions.join(" and ")}: the statement never matches`,
      todo: isAbsentKey
        ? "see docs/fidelity.md for the keys that a connection has, or take the condition out"
        : "take out one of the conditions, or write their values into one",
    }),
  );
}

function unknownActions(
  { statement, where }: Placed,
  known: readonly string[],
): readonly Finding[] {
  const names = known.map((name) => `dsql:${name}`.toLowerCase());
  return statement.action.written.patterns
    .map(({ text }) => text)
    .filter((text) => /^dsql:/i.test(text))
    .filter((text) => !fits(text.toLowerCase().replaceAll("?", "*"), names))
    .map((text) => ({
      id: "unknown-action",
      severity: "warning",
      where,
      what: `\`${text}\` names no action of DSQL`,
      todo: "correct the name; connections need dsql:DbConnect, or dsql:DbConnectAdmin for admin",
    }));
}

function namesNoCluster({ statement, where, reach }: Placed): readonly Finding[] {
  const { resource, action } = statement;
  if (resource === undefined || reach === undefined || reach.matched > 0) return [];
  if (reach.missedResource === 0 || resource.written.patterns.some(({ text }) => text === "*")) {
    return [];
  }
  if (!action.written.patterns.some(({ text }) => /^dsql:/i.test(text))) return [];
  const isAboutConnections = action.written.patterns.some(({ text }) => CONNECT_ONLY.test(text));
  return [
    {
      id: "resource-names-no-cluster",
      severity: isAboutConnections ? "warning" : "info",
      where,
      what: `its ${resource.written.isNegated ? "NotResource" : "Resource"} covers no cluster that there is: ${resource.written.patterns.map(({ text }) => `\`${text}\``).join(", ")}`,
      todo: "see whether service, region, account and cluster id of the ARN are right",
    },
  ];
}

function behindDeny({ statement, where, reach }: Placed): readonly Finding[] {
  if (statement.effect !== "Allow" || reach === undefined || reach.matched === 0) return [];
  if (!isOfConnections(statement) || reach.denied < reach.matched) return [];
  return [
    {
      id: "allow-behind-deny",
      severity: "warning",
      where,
      what: `whatever it allows is denied by ${[...reach.deniedBy].join(", ")}`,
      todo: "take one of them out, or narrow the deny",
    },
  ];
}

function allowsTooMuch({ policyType, statement, where }: Placed): readonly Finding[] {
  if (statement.effect !== "Allow" || !GRANTING.includes(policyType)) return [];
  const { isNegated, patterns } = statement.action.written;
  if (isNegated) {
    return [
      {
        id: "allow-not-action",
        severity: "warning",
        where,
        what: "it allows everything but what NotAction names, also dsql:DbConnectAdmin unless that is named",
        todo: "name in Action what is to be allowed",
      },
    ];
  }
  const wide = patterns.find(({ text }) => isWild(text, "dsql:DbConnectAdmin"));
  if (wide === undefined) return [];
  const isWider = isWild(wide.text, "dsql:DeleteCluster");
  return [
    {
      id: "wildcard-action",
      severity: "warning",
      where,
      what: `\`${wide.text}\` allows to connect as admin${isWider ? ", and to change and delete clusters" : ", too"}`,
      todo: "allow dsql:DbConnect, and dsql:DbConnectAdmin only to those who administer the database",
    },
  ];
}

/** Whether a pattern with a wildcard covers an action. */
function isWild(pattern: string, action: string): boolean {
  if (!/[*?]/.test(pattern)) return false;
  const source = pattern.replace(/[.+^$()[\]{}|\\]/g, "\\$&");
  return new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action);
}

/** Whether the statement is about connections and nothing else. */
function isOfConnections({ action }: PolicyStatement): boolean {
  const { isNegated, patterns } = action.written;
  return !isNegated && patterns.every(({ text }) => CONNECT_ONLY.test(text));
}
