/** Writes docs/dsql-api.md from the table of operations: `vitest run dsql-api-page --update`. */
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { DSQL_OPERATIONS } from "./dsql-service.ts";
import type { DsqlOperation } from "./operation.ts";
import type { Member, Members, Shape, TextShape } from "./shape.ts";

const PAGE = fileURLToPath(new URL("../../../../../docs/dsql-api.md", import.meta.url));

const INTRODUCTION = `# The DSQL API

The operations of Aurora DSQL as the emulator reads and checks them; this page is written from the table that it does so
with. A request that does not fit is answered with \`ValidationException\`; members that are not here are ignored. What is
in brackets may be left out.
`;

/** Members in rows, those of structures below them. */
function rowsOf(members: Members, prefix = ""): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const shown = member.isRequired ? `\`${path}\`` : `[\`${path}\`]`;
    const row = `| ${shown} | ${placeOf(member, name)} | ${constraintsOf(member.shape)} |`;
    return [row, ...below(member.shape, path)];
  });
}

function below(shape: Shape, path: string): string[] {
  if (shape.kind === "structure") return rowsOf(shape.members, `${path}.`);
  return shape.kind === "list" ? below(shape.item, `${path}[]`) : [];
}

function placeOf({ location }: Member, name: string): string {
  if (location.in !== "query") return location.in;
  return location.name === name ? "query" : `query, as \`${location.name}\``;
}

function constraintsOf(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return textConstraints(shape);
    case "integer":
      return `a whole number from ${shape.min} to ${shape.max}`;
    case "boolean":
      return "true or false";
    case "timestamp":
      return "a moment";
    case "map":
      return `at most ${shape.maxEntries} names (${textConstraints(shape.key)}) with texts (${textConstraints(shape.value)})`;
    case "list":
      return `${shape.maxItems === Infinity ? "items" : `at most ${shape.maxItems} items`}${shape.isUnique ? ", each once" : ""}: ${constraintsOf(shape.item)}`;
    case "structure":
      return shape.isUnion ? "exactly one of its members" : "its members";
  }
}

function textConstraints({ minCharacters = 0, maxCharacters, pattern, values }: TextShape): string {
  const known = [
    values === undefined ? undefined : `one of ${values.join(", ")}`,
    maxCharacters === undefined ? undefined : `${minCharacters} to ${maxCharacters} characters`,
    pattern === undefined ? undefined : `\`${pattern.text.replaceAll("|", "\\|")}\``,
  ].filter((part) => part !== undefined);
  return known.length === 0 ? "a text" : known.join(", ");
}

function sectionOf(name: string, { method, path, input, output }: DsqlOperation): string {
  const rows = rowsOf(input);
  const head = "| member | in | what it takes |\n| --- | --- | --- |\n";
  const answer = Object.entries(output).map(([member, { isRequired }]) =>
    isRequired ? `\`${member}\`` : `[\`${member}\`]`,
  );
  return [
    `## ${name}\n\n\`${method} ${path}\``,
    rows.length === 0 ? "Takes nothing." : head + rows.join("\n"),
    answer.length === 0 ? "Answers nothing." : `Answers ${answer.join(", ")}.`,
  ].join("\n\n");
}

test("docs/dsql-api.md says what the table does", async () => {
  const sections = [...DSQL_OPERATIONS].map(([name, operation]) => sectionOf(name, operation));
  const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
  const page = await format(`${INTRODUCTION}\n${sections.join("\n\n")}\n`, options);
  expect(sections).toHaveLength(16);
  await expect(page).toMatchFileSnapshot(PAGE);
});
