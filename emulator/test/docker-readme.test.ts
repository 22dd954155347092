/** docker/README.md shows the recipes for Testcontainers as they are in docker/examples, and links to what exists. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const docker = fileURLToPath(new URL("../../docker/", import.meta.url));
const page = readFileSync(`${docker}README.md`, "utf8");

/** The first block below this heading. */
function block(heading: string): string {
  const section = page.split(`\n### ${heading}\n`)[1] ?? "";
  return /```\w+\n(.*?)```/s.exec(section)?.[1] ?? "";
}

describe("docker/README.md", () => {
  test.each([
    ["Node", "orders.test.mjs"],
    ["Python", "orders_test.py"],
    ["Go", "orders_test.go"],
    ["Java", "OrdersTest.java"],
  ])("has the recipe for %s as it is in the examples", (heading, file) => {
    const recipe = readFileSync(`${docker}examples/testcontainers/${file}`, "utf8");
    expect(block(heading)).toBe(recipe);
  });

  test("names the base image of the Dockerfile", () => {
    const dockerfile = readFileSync(`${docker}../Dockerfile`, "utf8");
    const base = /^ARG NODE_IMAGE=(.*)$/m.exec(dockerfile)?.[1];
    expect(page).toContain(`\`${String(base)}\``);
  });

  test("names the package's version, as the Dockerfile does", () => {
    const { version } = JSON.parse(readFileSync(`${docker}../package.json`, "utf8")) as {
      readonly version: string;
    };
    const tags = [...page.matchAll(/dsql-auth-emulator:([\w.-]+)/g)].map(([, tag]) => tag);
    expect([...new Set(tags)]).toEqual([version]);
    expect(readFileSync(`${docker}../Dockerfile`, "utf8")).toContain(`\nARG VERSION=${version}\n`);
  });

  test("links to files that exist", () => {
    const text = page.replace(/```.*?```/gs, "");
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? "");
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(`${docker}${path}`))).toEqual([]);
  });
});
