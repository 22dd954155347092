// Containers of a Docker engine.
import { spawn } from "node:child_process";
import { createGzip } from "node:zlib";
import { output, run, start } from "./process.mjs";

export async function openDocker() {
  const names = [];
  const tags = new Set();
  const volumes = new Map();

  function tagFor(name) {
    const tag = `dsql-smoke-${name}:${process.pid}`;
    tags.add(tag);
    return tag;
  }

  async function build({ context, tag, args = {} }) {
    const ca = process.env.NODE_EXTRA_CA_CERTS;
    await output("docker", [
      ...["build", "--quiet", "--tag", tag],
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...(ca ? ["--secret", `id=ca,src=${ca}`] : []),
      context,
    ]);
  }

  async function inspect(tag) {
    const [{ Config: config, Size: size }] = JSON.parse(
      await output("docker", ["image", "inspect", tag]),
    );
    const archive = spawn("docker", ["save", tag], { stdio: ["ignore", "pipe", "inherit"] });
    let compressed = 0;
    for await (const chunk of archive.stdout.pipe(createGzip())) compressed += chunk.length;
    return { config, size, compressed };
  }

  async function volume(name) {
    if (!volumes.has(name)) volumes.set(name, await output("docker", ["volume", "create"]));
    return volumes.get(name);
  }

  async function create({ tag, args = [], environment = {}, mounts = [], readOnly = true }) {
    const name = `dsql-smoke-${process.pid}-${names.length}`;
    names.push(name);
    const places = await Promise.all(
      mounts.map(
        async (mount) =>
          `${mount.source ?? (await volume(mount.name))}:${mount.target}${mount.isReadOnly ? ":ro" : ""}`,
      ),
    );
    const startedAt = performance.now();
    const container = start("docker", [
      ...[
        "run",
        "--name",
        name,
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
        "--tmpfs",
        "/tmp",
      ],
      ...(readOnly ? ["--read-only"] : []),
      ...["--publish", "127.0.0.1::5432", "--publish", "127.0.0.1::9432"],
      ...places.flatMap((place) => ["--volume", place]),
      ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      tag,
      ...args,
    ]);
    const port = async (inner) => {
      const { exitCode, stdout } = await run("docker", ["port", name, `${inner}/tcp`]);
      return exitCode === 0 ? Number(stdout.split("\n")[0].split(":").at(-1)) : undefined;
    };
    return {
      startedAt,
      ended: container.ended,
      logs: () => container.text,
      exec: (execArgs) => run("docker", ["exec", name, ...execArgs]),
      signal: (signal) => output("docker", ["kill", "--signal", signal, name]),
      get postgresPort() {
        return port(5432);
      },
      get httpUrl() {
        return port(9432).then((number) => `http://127.0.0.1:${number}`);
      },
    };
  }

  return {
    kind: "docker",
    description: await output("docker", ["version", "--format", "Docker {{.Server.Version}}"]),
    tagFor,
    build,
    inspect,
    create,
    outside: (file, args, options) => [file, args, options],
    forgetVolumes: () => volumes.clear(),
    async close() {
      for (const name of names) await run("docker", ["rm", "--force", "--volumes", name]);
      for (const name of volumes.values()) await run("docker", ["volume", "rm", "--force", name]);
      for (const tag of tags) await run("docker", ["image", "rm", "--force", tag]);
    },
  };
}
