// Containers without an engine: images by buildah, processes in namespaces of the kernel. All containers of a run share
// one network namespace, in which nothing else listens.
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output, run, start, until } from "./process.mjs";

const DOCKERFILE = new URL("../../Dockerfile", import.meta.url);
const ENTER = fileURLToPath(new URL("enter.sh", import.meta.url));

export async function openNamespaces() {
  const network = `dsql-smoke-${process.pid}`;
  const scratch = mkdtempSync(join(tmpdir(), "dsql-smoke-"));
  const [, version] = /^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(readFileSync(DOCKERFILE, "utf8"));
  const base = `localhost/stand-in/base:${version}`;
  const working = [];
  const tags = new Set();
  const running = new Map();
  await output("ip", ["netns", "add", network]);
  await output("ip", ["-n", network, "link", "set", "lo", "up"]);

  const inNetwork = (args) => ["netns", "exec", network, ...args];

  function tagFor(name) {
    const tag = `localhost/dsql-smoke/${name}:${process.pid}`;
    tags.add(tag);
    return tag;
  }

  async function build({ context, tag, args = {} }) {
    const ca = process.env.NODE_EXTRA_CA_CERTS;
    await output("buildah", [
      ...["build", "--format", "docker", "--pull-never", "--tag", tag],
      ...["--build-arg", `NODE_IMAGE=${base}`, "--build-arg", `PYTHON_IMAGE=${base}`],
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...(ca ? ["--secret", `id=ca,src=${ca}`] : []),
      context,
    ]);
  }

  /** What `docker inspect` shows of an image: its configuration, and its size in bytes; and that of its archive. */
  async function inspect(tag) {
    const { Docker: docker } = JSON.parse(
      await output("buildah", ["inspect", "--type", "image", tag]),
    );
    const container = await output("buildah", ["from", "--pull-never", tag]);
    working.push(container);
    const root = await output("buildah", ["mount", container]);
    const [size] = (await output("du", ["-sb", root])).split("\t");
    const archive = join(scratch, "image.tar");
    await output("buildah", ["push", "--quiet", tag, `oci-archive:${archive}`]);
    return {
      config: docker.config,
      size: Number(size),
      compressed: statSync(archive).size,
    };
  }

  /** A new volume belongs to whom the directory of the image belongs, as with Docker. */
  function volumeFor(root, target) {
    const directory = mkdtempSync(join(scratch, "volume-"));
    const { uid, gid, mode } = statSync(join(root, target), { throwIfNoEntry: false }) ?? {
      uid: 0,
      gid: 0,
      mode: 0o755,
    };
    chownSync(directory, uid, gid);
    chmodSync(directory, mode & 0o7777);
    return directory;
  }

  const volumes = new Map();

  async function create({ tag, args, environment = {}, mounts = [], readOnly = true, hosts = [] }) {
    const {
      Docker: { config },
    } = JSON.parse(await output("buildah", ["inspect", "--type", "image", tag]));
    const container = await output("buildah", ["from", "--pull-never", tag]);
    working.push(container);
    const root = await output("buildah", ["mount", container]);
    mkdirSync(join(root, "etc"), { recursive: true });
    writeFileSync(
      join(root, "etc", "hosts"),
      ["127.0.0.1 localhost", ...hosts.map((name) => `127.0.0.1 ${name}`)].join("\n") + "\n",
    );
    const declared = Object.keys(config.Volumes ?? {}).filter(
      (target) => !mounts.some((mount) => mount.target === target),
    );
    const lines = [...mounts, ...declared.map((target) => ({ target }))].map(
      ({ name, source, target, isReadOnly }) => {
        let place = source ?? volumes.get(name);
        if (place === undefined) {
          place = volumeFor(root, target);
          if (name !== undefined) volumes.set(name, place);
        }
        return `${place}:${target}${isReadOnly ? ":ro" : ""}`;
      },
    );
    const env = {
      ...Object.fromEntries(
        config.Env.map((item) => [
          item.slice(0, item.indexOf("=")),
          item.slice(item.indexOf("=") + 1),
        ]),
      ),
      ...environment,
    };
    const [uid, gid] = (config.User || "0:0").split(":");
    const program = [...(config.Entrypoint ?? []), ...(args ?? config.Cmd ?? [])];
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = [
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child"],
      ...["sh", ENTER, root, `${uid}:${gid}`, readOnly ? "yes" : "no", lines.join("\n"), "--"],
      ...["/usr/bin/env", "-i", "-C", config.WorkingDir || "/", ...variables, ...program],
    ];
    const startedAt = performance.now();
    const process_ = start("ip", inNetwork(command));
    running.set(process_, async () => process.kill(await pid(), "SIGKILL"));
    let hasEnded = false;
    void process_.ended.then(() => {
      hasEnded = true;
      running.delete(process_);
    });
    /** Its number on this machine; in the container it is 1. */
    const pid = async () => {
      const children = (of) => readFileSync(`/proc/${of}/task/${of}/children`, "utf8").trim();
      return until("the first process", () => {
        if (hasEnded) throw new Error(`the container has ended:\n${process_.text}`);
        try {
          // `ip` has become `unshare`, whose child is the first process.
          const child = children(process_.child.pid);
          return child === "" ? undefined : Number(child);
        } catch {
          return undefined;
        }
      });
    };
    return {
      startedAt,
      ended: process_.ended,
      logs: () => process_.text,
      exec: async (execArgs) =>
        run(
          "nsenter",
          [
            ...["--target", String(await pid()), "--mount", "--pid", "--net", "--root"],
            ...["--setgid", gid, "--setuid", uid],
            ...["/usr/bin/env", "-C", config.WorkingDir || "/", ...execArgs],
          ],
          { env },
        ),
      signal: async (name) => process.kill(await pid(), name),
      postgresPort: 5432,
      httpUrl: "http://127.0.0.1:9432",
    };
  }

  return {
    kind: "namespaces",
    description: `buildah ${(await output("buildah", ["--version"])).split(" ")[2]}, base image ${base}`,
    tagFor,
    build,
    inspect,
    create,
    /** A program of this machine that sees the containers' network. */
    outside: (file, args, options) => ["ip", inNetwork([file, ...args]), options],
    forgetVolumes: () => volumes.clear(),
    async close() {
      // Ending the first process of a container ends all of it.
      for (const stop of running.values()) await stop().catch(() => undefined);
      await Promise.all([...running.keys()].map(({ ended }) => ended));
      for (const container of working) await run("buildah", ["rm", container]);
      for (const tag of tags) await run("buildah", ["rmi", "--force", tag]);
      await run("ip", ["netns", "delete", network]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
