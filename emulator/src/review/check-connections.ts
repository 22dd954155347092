/** What connections that were made tell: who connects as admin, with which tokens, and as whom before. */
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { Estate } from "./estate.ts";
import type { Finding } from "./finding.ts";

/** A connection of the decision log. */
export interface ReviewedConnection {
  readonly sessionId: string;
  readonly at: Date;
  readonly outcome: "admitted" | "refused";
  readonly databaseRole: string;
  readonly clusterArn: string | undefined;
  /** ARN of the user or role; `undefined` unless the signature was right. */
  readonly principalArn: string | undefined;
  /** Empty if the client gave none. */
  readonly applicationName: string;
  /** Of the token, in seconds. */
  readonly lifetimeSeconds: number | undefined;
}

/** Tools for people, who may want to be admin. */
const TOOLS =
  /^(?:psql|pg_dump|pg_restore|pgadmin|pgcli|dbeaver|datagrip|tableplus|beekeeper|postico)/i;
const LONG_LIFETIME_SECONDS = 3600;

/** Findings of each kind, one for each principal and application. */
export function checkConnections(
  connections: readonly ReviewedConnection[],
  estate: Estate,
): readonly Finding[] {
  return [
    ...applicationsAsAdmin(connections),
    ...longLifetimes(connections),
    ...recreatedPrincipals(connections, estate),
  ];
}

function applicationsAsAdmin(connections: readonly ReviewedConnection[]): readonly Finding[] {
  const asAdmin = connections.filter(
    ({ outcome, databaseRole, applicationName }) =>
      outcome === "admitted" && databaseRole === ADMIN_ROLE && !TOOLS.test(applicationName),
  );
  return grouped(asAdmin, ({ applicationName, principalArn = "nobody" }) => [
    applicationName,
    principalArn,
  ]).map(({ group: [application = "", principal = ""], members }) => ({
    id: "application-as-admin",
    severity: "warning",
    where: application === "" ? "an application without application_name" : application,
    what: `it connected as admin ${times(members.length)}, as ${principal}, last in session ${lastOf(members)}`,
    todo: "CREATE ROLE … WITH LOGIN, GRANT it what the application needs, AWS IAM GRANT it to the application's role, and allow dsql:DbConnect instead of dsql:DbConnectAdmin",
  }));
}

function longLifetimes(connections: readonly ReviewedConnection[]): readonly Finding[] {
  const long = connections.filter(
    ({ lifetimeSeconds = 0 }) => lifetimeSeconds > LONG_LIFETIME_SECONDS,
  );
  return grouped(long, ({ principalArn = "nobody" }) => [principalArn]).map(
    ({ group: [principal = ""], members }) => ({
      id: "long-token-lifetime",
      severity: "warning",
      where: principal,
      what: `its tokens last up to ${Math.max(...members.map(({ lifetimeSeconds = 0 }) => lifetimeSeconds))} seconds, seen ${times(members.length)}, last in session ${lastOf(members)}`,
      todo: "make a token for each connection, good for 15 minutes: it is needed only to connect",
    }),
  );
}

/** Somebody of this name connected before the principal was there: a mapping goes by the name. */
function recreatedPrincipals(
  connections: readonly ReviewedConnection[],
  { principals, clusters }: Estate,
): readonly Finding[] {
  return principals.flatMap(({ arn, createdAt }) => {
    const before = connections.filter(
      ({ principalArn, outcome, at }) =>
        principalArn === arn && outcome === "admitted" && at < createdAt,
    );
    const mapped = clusters.flatMap(({ cluster, database }) =>
      database.mappings
        .filter(({ principalArn }) => principalArn === arn)
        .map(({ databaseRole }) => `${databaseRole} of ${cluster.arn}`),
    );
    if (before.length === 0 || mapped.length === 0) return [];
    return [
      {
        id: "mapping-of-recreated-principal",
        severity: "warning",
        where: arn,
        what: `it was made anew at ${createdAt.toISOString()} and has the mappings of the one before: ${mapped.join(", ")}`,
        todo: "see whether the new one is meant to have them; AWS IAM REVOKE those that it is not",
      },
    ];
  });
}

interface Group {
  readonly group: readonly string[];
  /** Never empty. */
  readonly members: readonly ReviewedConnection[];
}

function grouped(
  connections: readonly ReviewedConnection[],
  groupOf: (connection: ReviewedConnection) => readonly string[],
): readonly Group[] {
  const groups = new Map<string, { group: readonly string[]; members: ReviewedConnection[] }>();
  for (const connection of connections) {
    const group = groupOf(connection);
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { group, members: [] };
    known.members.push(connection);
    groups.set(key, known);
  }
  return [...groups.values()];
}

function lastOf(members: readonly ReviewedConnection[]): string {
  return members.reduce((last, one) => (one.at > last.at ? one : last)).sessionId;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
