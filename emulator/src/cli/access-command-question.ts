/** What the options of the commands on access ask, for the emulator's API and for a file. */
import { isIP } from "node:net";
import type { Circumstances, MatrixQuestion } from "../review/index.ts";
import { parseMoment } from "../shared/index.ts";
import { UsageFailure } from "./cli-command.ts";
import type { CommandOption, GivenArguments } from "./command-options.ts";

/** Options that choose a part of the matrix. */
export const FILTER_OPTIONS: readonly CommandOption[] = [
  {
    name: "principal",
    placeholder: "NAME",
    doc: "only this user or role: name or ARN, * for anything",
  },
  { name: "cluster", placeholder: "ID", doc: "only this cluster: id or ARN, * for anything" },
  { name: "role", placeholder: "ROLE", doc: "only this role of the database, * for anything" },
];

/** Options that say what is known of the connection; what is not given stays open. */
export const CIRCUMSTANCE_OPTIONS: readonly CommandOption[] = [
  { name: "source-ip", placeholder: "ADDRESS", doc: "suppose this address of the client" },
  { name: "mfa", doc: "suppose that users have given a second factor" },
  { name: "no-mfa", doc: "suppose that users have given none" },
  { name: "at", placeholder: "TIME", doc: "suppose this time, such as 2026-01-15T12:00:00Z" },
  { name: "application-name", placeholder: "NAME", doc: "suppose this application_name" },
];

/** @throws UsageFailure for a value that is none */
export function askedQuestion(given: GivenArguments): MatrixQuestion {
  return {
    circumstances: askedCircumstances(given),
    filter: {
      principal: given.text("principal"),
      cluster: given.text("cluster"),
      databaseRole: given.text("role"),
    },
  };
}

/** @throws UsageFailure for a value that is none */
export function askedCircumstances(given: GivenArguments): Circumstances {
  const sourceIp = given.text("source-ip");
  if (sourceIp !== undefined && isIP(sourceIp) === 0) {
    throw new UsageFailure(`--source-ip is \`${sourceIp}\`; give an IPv4 or IPv6 address`);
  }
  if (given.flag("mfa") && given.flag("no-mfa")) {
    throw new UsageFailure("--mfa and --no-mfa exclude each other; give one of them");
  }
  const text = given.text("at");
  const at = text === undefined ? undefined : parseMoment(text);
  if (text !== undefined && at === undefined) {
    throw new UsageFailure(`--at is \`${text}\`; give a time such as 2026-01-15T12:00:00Z`);
  }
  return {
    sourceIp,
    hasMfa: given.flag("mfa") ? true : given.flag("no-mfa") ? false : undefined,
    at,
    applicationName: given.text("application-name"),
  };
}

/** The question as the query of `/_emulator/access`, with its `?` if there is anything in it. */
export function questionQuery({ circumstances, filter = {} }: MatrixQuestion): string {
  const { sourceIp, hasMfa, at, applicationName } = circumstances;
  const values = {
    principal: filter.principal,
    cluster: filter.cluster,
    role: filter.databaseRole,
    sourceIp,
    mfa: hasMfa === undefined ? undefined : String(hasMfa),
    at: at?.toISOString(),
    applicationName,
  };
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}
