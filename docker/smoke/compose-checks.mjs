// compose.yaml, run: by `docker compose` if there is an engine, else service by service as the file says.
import { deepEqual, equal, match } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { run, until } from "./process.mjs";

const FILE = fileURLToPath(new URL("../compose.yaml", import.meta.url));

export async function checkCompose({ engine, tag, check }) {
  const outputs =
    engine.kind === "docker" ? await withDocker() : await serviceByService(engine, tag);
  const lines = (service) => outputs[service].trim().split("\n");
  await check("the Node application writes with AWS's connector, and is refused as admin", () => {
    const [wrote, refused] = lines("node-application").map((line) => JSON.parse(line));
    deepEqual(wrote, { role: "orders", cents: 2000 });
    equal(refused.message, "unable to accept connection, access denied");
    match(
      refused.hint,
      /^User: arn:aws:iam::123456789012:user\/orders is not authorized to perform: dsql:DbConnectAdmin /,
    );
  });
  await check(
    "the Python application reads with AWS's connector, and may neither delete nor be another role",
    () => {
      const [rows, forbidden, refused] = lines("python-application").map((line) =>
        JSON.parse(line),
      );
      deepEqual(rows, [
        ["Anna", 1250],
        ["Bert", 750],
      ]);
      deepEqual(forbidden, { code: "42501", message: "permission denied for table orders" });
      match(refused.message, /access denied/);
    },
  );
  await check("the scenarios pass", () => match(outputs.scenarios, /^3 passed, 0 failed/m));
}

async function withDocker() {
  const project = ["--project-name", `dsql-smoke-${process.pid}`];
  const env = { ...process.env, DSQL_PG_PORT: "0", DSQL_HTTP_PORT: "0" };
  const compose = (...args) =>
    run("docker", ["compose", "--file", FILE, ...project, ...args], { env });
  try {
    const { exitCode, stdout, stderr } = await compose(
      "up",
      "--build",
      "--attach-dependencies",
      "--exit-code-from",
      "scenarios",
      "scenarios",
    );
    equal(exitCode, 0, `${stdout}${stderr}`);
    const logs = async (service) => (await compose("logs", "--no-log-prefix", service)).stdout;
    return {
      "node-application": await logs("node-application"),
      "python-application": await logs("python-application"),
      scenarios: await logs("scenarios"),
    };
  } finally {
    await compose("down", "--volumes", "--rmi", "local");
  }
}

async function serviceByService(engine, emulatorTag) {
  const { services } = parse(readFileSync(FILE, "utf8"), { merge: true });
  const hosts = Object.values(services).flatMap(({ networks }) => networks?.default?.aliases ?? []);
  const containers = {};
  const outputs = {};
  engine.forgetVolumes();
  const begin = async (name) => {
    if (containers[name] !== undefined) return;
    const service = services[name];
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      await begin(other);
      await reached(other, condition);
    }
    let tag = emulatorTag;
    if (typeof service.build === "string") {
      tag = engine.tagFor(name);
      await engine.build({ context: resolve(dirname(FILE), service.build), tag });
    }
    containers[name] = await engine.create({
      tag,
      hosts: [...Object.keys(services), ...hosts],
      readOnly: service.read_only === true,
      environment: service.environment,
      mounts: (service.volumes ?? []).map(mountOf),
      ...(service.command === undefined ? {} : { args: service.command }),
    });
  };
  const reached = async (name, condition) => {
    const container = containers[name];
    if (condition === "service_completed_successfully") {
      equal(await container.ended, 0, `${name}:\n${container.logs()}`);
      return;
    }
    const [, ...test] = services[name].healthcheck.test;
    await until(`${name} to be healthy`, async () =>
      (await container.exec(test)).exitCode === 0 ? true : undefined,
    ).catch((error) => {
      throw new Error(`${error.message}:\n${container.logs()}`);
    });
  };
  for (const name of Object.keys(services)) await begin(name);
  await reached("scenarios", "service_completed_successfully");
  for (const [name, container] of Object.entries(containers)) outputs[name] = container.logs();
  await containers.emulator.signal("SIGTERM");
  equal(await containers.emulator.ended, 0);
  return outputs;
}

function mountOf(text) {
  const [source, target, mode] = text.split(":");
  const isBind = source.startsWith(".");
  return {
    ...(isBind ? { source: resolve(dirname(FILE), source) } : { name: source }),
    target,
    isReadOnly: mode === "ro",
  };
}
