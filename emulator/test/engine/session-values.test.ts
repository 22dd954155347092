/** Values that PostgreSQL keeps for a session outside of settings: sequences and random numbers. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Client, roleBench } from "./role-bench.ts";

const bench = roleBench();
let a: Client;
let b: Client;

beforeAll(async () => {
  [a, b] = [await bench.admin(), await bench.admin()];
  await a.ask("CREATE SEQUENCE one CACHE 1");
  await a.ask("CREATE SEQUENCE many CACHE 65536");
});

beforeEach(async () => {
  await a.session.close();
  await b.session.close();
  [a, b] = await Promise.all([bench.admin(), bench.admin()]);
});

afterAll(() => bench.engine.stop());

async function value(client: Client, sql: string): Promise<string> {
  return (await client.ask(`SELECT ${sql}`))[0] ?? "";
}

const NOT_YET = "E 55000 lastval is not yet defined in this session";

test("lastval and currval are those of the session", async () => {
  const first = Number((await value(a, "nextval('one')")).slice(2));
  expect(await value(b, "lastval()")).toBe(NOT_YET);
  expect(await value(b, "currval('one')")).toBe(
    'E 55000 currval of sequence "one" is not yet defined in this session',
  );
  expect(await value(b, "nextval('one')")).toBe(`D ${first + 1}`);
  expect(await value(a, "lastval()")).toBe(`D ${first}`);
  expect(await value(a, "currval('one')")).toBe(`D ${first}`);
  expect(await value(b, "lastval()")).toBe(`D ${first + 1}`);
});

test("a range of cached values belongs to the session that has taken it", async () => {
  const first = Number((await value(a, "nextval('many')")).slice(2));
  expect(await value(b, "nextval('many')")).toBe(`D ${first + 65536}`);
  expect(await value(a, "nextval('many')")).toBe(`D ${first + 1}`);
  expect(await value(b, "nextval('many')")).toBe(`D ${first + 65537}`);
});

test("many sessions that come and go leave nothing of it", async () => {
  for (let count = 0; count < 150; count += 1) {
    const client = await bench.admin();
    expect(await value(client, "lastval()")).toBe(NOT_YET);
    expect(await value(client, "nextval('one')")).toMatch(/^D \d+$/);
    await client.session.close();
  }
  expect(await value(a, "lastval()")).toBe(NOT_YET);
});

test("a seed is that of the session, and sessions without one have numbers of their own", async () => {
  await value(a, "setseed(0.5)");
  const drawn = await value(a, "random()");
  await value(a, "setseed(0.5)");
  await value(b, "setseed(0.25)");
  await value(b, "random()");
  expect(await value(a, "random()")).toBe(drawn);
  const [c, d] = [await bench.admin(), await bench.admin()];
  const numbers = [await value(c, "random()"), await value(d, "random()"), drawn];
  expect(new Set(numbers).size).toBe(3);
  await Promise.all([c.session.close(), d.session.close()]);
});
