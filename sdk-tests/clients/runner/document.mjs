// Writes what came out of a run: the matrix, and docs/clients.md with the lines of the tested programs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STORIES } from "./stories.mjs";

const FENCES = {
  javascript: "js",
  python: "python",
  go: "go",
  java: "java",
  rust: "rust",
  shell: "sh",
};

const MARKED = /^[^\n]*\[connect\][^\n]*\n(.*?)^[^\n]*\[\/connect\]/gms;

/** The stories as their numbers say, which is not the order in which they run. */
const [first, ...numbered] = STORIES;
const COLUMNS = [first, ...numbered.toSorted((a, b) => a.title.localeCompare(b.title))];

/** What has no program here, and why: nothing is said of how it gets on with the emulator. */
export const NOT_TESTED = [
  {
    name: "AWS's connector for pgx (Go)",
    why: "its module could not be fetched; pgx itself is tested",
  },
  {
    name: "AWS's connector for postgres.js",
    why: "it is not in the package registry; postgres.js itself is tested",
  },
  {
    name: "Prisma",
    why: "its generator downloads a program from outside of the package registry; Drizzle and Kysely are tested",
  },
  {
    name: "AWS CLI 2",
    why: "no package of a version with `aws dsql generate-db-connect-auth-token` was found; version 1 is tested",
  },
  {
    name: "Ruby, .NET and PHP",
    why: "no programs are written for them yet",
  },
];

/** The last line with text, which in most tools' output says what is wrong. */
export function lastLine(text) {
  return text.trim().split("\n").at(-1).trim();
}

/** One row for each client, one column for each story, as a Markdown table. */
export function matrix(results) {
  const head = ["client", ...COLUMNS.map(({ title }) => title)];
  const rows = results.map(({ name, stories }) => [
    name,
    ...COLUMNS.map(({ id }) => stories[id]?.state ?? "skipped"),
  ]);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * The lines between `[connect]` and `[/connect]` of a client's program, and of the shared files that it `shows`, without
 * their indentation.
 *
 * @throws Error when there are none
 */
export function markedLines({ source, shows = [] }) {
  const own = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:mjs|py|go|java|rs|sh)$/.test(file))
    .map((file) => join(source, file));
  const sections = [...own, ...shows.map((file) => join(source, file))].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(MARKED)].map(([, lines]) => withoutIndentation(lines)),
  );
  if (sections.length === 0) throw new Error(`${source}: no [connect] and [/connect]`);
  return sections.join("\n\n");
}

function withoutIndentation(text) {
  const lines = text.trimEnd().split("\n");
  const depth = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)),
  );
  return lines.map((line) => line.slice(depth)).join("\n");
}

/** The text of docs/clients.md, as Prettier formats it. */
export async function clientsDocument(clients, results) {
  const { format, resolveConfig } = await import("prettier");
  const notes = results.flatMap(({ name, stories }) =>
    COLUMNS.filter(({ id }) => stories[id]?.note !== undefined).map(
      ({ id, title }) => `- ${name}, ${title}: ${stories[id].note}.`,
    ),
  );
  const sections = clients.map((client) =>
    [
      `## ${client.title}`,
      `\`sdk-tests/clients/${client.name}\`, with ${client.packages.join(", ")}.${client.token === undefined ? "" : ` Token: \`${client.token}\`.`}`,
      client.notes ?? "",
      `\`\`\`${FENCES[client.language]}\n${markedLines(client)}\n\`\`\``,
    ].join("\n\n"),
  );
  const text = [
    "# Clients",
    "<!-- Written by `npm run test:sdks -- --write-docs` from a run of all clients and from their programs. -->",
    "What each client must be told to reach the emulator, taken from the programs that the stories run" +
      " (`sdk-tests/stories.md`): unmodified packages, TLS verified in full against the emulator's CA, the cluster's" +
      " own host name in SNI. The variables are those of `dsql-emulator env` ([cli.md](cli.md)).",
    "Where a client has no way to connect to another address than its host name's, the name can resolve to the" +
      " emulator for the whole machine: a line `127.0.0.1 ID.dsql.REGION.on.aws` in `/etc/hosts`, or a network alias" +
      " of a container.",
    "AWS's SDKs and the AWS CLI need no line for the APIs of DSQL, IAM and STS: they take `AWS_ENDPOINT_URL_DSQL` and its" +
      " like from the same variables.",
    matrix(results),
    notes.join("\n"),
    ...sections,
    "## Not tested",
    NOT_TESTED.map(({ name, why }) => `- ${name}: ${why}.`).join("\n"),
  ].join("\n\n");
  const file = new URL("../../../docs/clients.md", import.meta.url);
  return format(text, { ...(await resolveConfig(file)), parser: "markdown" });
}
