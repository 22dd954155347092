// What the image promises: docker/README.md, "What the image is".
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output, run, start, until } from "./process.mjs";

const ENDPOINT = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws";
const FETCH = "fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)";
const WAITING_CLIENT = fileURLToPath(new URL("waiting-client.mjs", import.meta.url));
const LARGEST_BYTES = 200e6;
const LONGEST_STOP_MS = 2000;

export async function checkImage({ engine, tag, version, check, measured }) {
  const { config, size, compressed } = await engine.inspect(tag);
  measured("image, unpacked", `${Math.round(size / 1e6)} MB`);
  measured("image, compressed", `${Math.round(compressed / 1e6)} MB`);
  await check("runs as a user that is not root, without a shell in between", () => {
    equal(config.User, "65532:65532");
    deepEqual(config.Entrypoint, ["dsql-emulator"]);
    deepEqual(config.Cmd, ["start"]);
    deepEqual(config.Healthcheck.Test, ["CMD", "dsql-emulator", "health"]);
    deepEqual(Object.keys(config.Volumes), ["/data"]);
    deepEqual(Object.keys(config.ExposedPorts).sort(), ["5432/tcp", "9432/tcp"]);
    equal(config.StopSignal, "SIGTERM");
    equal(config.Labels["org.opencontainers.image.version"], version);
    equal(config.Labels["org.opencontainers.image.licenses"], "Apache-2.0");
    match(config.Labels["org.opencontainers.image.revision"], /^[0-9a-f]{40}$/);
  });
  await check("is small", () => ok(size < LARGEST_BYTES, `${size} bytes`));

  const scratch = mkdtempSync(join(tmpdir(), "dsql-smoke-client-"));
  const caFile = join(scratch, "ca.pem");
  const mounts = [{ name: "data", target: "/data" }];
  const begin = () => engine.create({ tag, mounts });
  const healthy = (container) =>
    until("a healthy emulator", async () => {
      const { exitCode } = await container.exec(["dsql-emulator", "health"]);
      return exitCode === 0 ? performance.now() - container.startedAt : undefined;
    }).catch((error) => {
      throw new Error(`${error.message}; its output:\n${container.logs()}`);
    });
  const withToken = async (container) => {
    const { stdout: token } = await container.exec(["dsql-emulator", "token", "--admin"]);
    return { env: { ...process.env, PGPASSWORD: token.trim() } };
  };
  const waitingClient = async (container) => {
    const args = [WAITING_CLIENT, "127.0.0.1", await container.postgresPort, ENDPOINT, caFile];
    return engine.outside("node", args.map(String), await withToken(container));
  };
  const client = async (container) => {
    const url = `${await container.httpUrl}/_emulator/ca.pem`;
    const ca = await output(...engine.outside("node", ["-e", FETCH, url]));
    writeFileSync(caFile, `${ca}\n`);
    const options = await withToken(container);
    const target = `host=${ENDPOINT} hostaddr=127.0.0.1 port=${await container.postgresPort} user=admin dbname=postgres sslmode=verify-full sslrootcert=${caFile}`;
    return (...sql) =>
      engine.outside(
        "psql",
        ["-XAtq", "-v", "ON_ERROR_STOP=1", target, ...sql.flatMap((text) => ["-c", text])],
        options,
      );
  };
  try {
    let container = await begin();
    measured("start of the container to healthy", `${Math.round(await healthy(container))} ms`);
    let psql = await client(container);
    await check("answers psql by the cluster's host name, with verify-full", async () => {
      equal(await output(...psql("SELECT current_user, 6 * 7")), "admin|42");
    });
    measured(
      "start of the container to the first answered query",
      `${Math.round(performance.now() - container.startedAt)} ms`,
    );
    await check("has no shell, and says which version it is", async () => {
      ok((await container.exec(["sh", "-c", "true"])).exitCode > 0, "there is a shell");
      equal((await container.exec(["dsql-emulator", "version"])).stdout, `${version}\n`);
    });
    await check("cannot write outside of /data and /tmp, and does not run as root", async () => {
      const program = `
        const { writeFileSync } = require("node:fs");
        const tries = ["/app/x", "/etc/x", "/x", "/data/x", "/tmp/x"].map((file) => {
          try { writeFileSync(file, ""); return "written"; } catch (error) { return error.code; }
        });
        console.log(process.getuid(), process.getgid(), ...tries);`;
      const { stdout } = await container.exec(["node", "-e", program]);
      match(stdout, /^65532 65532 (EROFS|EACCES) (EROFS|EACCES) (EROFS|EACCES) written written\n$/);
    });
    await check("stops within 2 s of SIGTERM and tells its clients so", async () => {
      await output(
        ...psql("CREATE TABLE kept (id int PRIMARY KEY)", "INSERT INTO kept VALUES (1)"),
      );
      const waiting = start(...(await waitingClient(container)));
      await until("the statement", () => (waiting.text.includes("begun") ? true : undefined));
      const asked = performance.now();
      await container.signal("SIGTERM");
      equal(await container.ended, 0);
      const took = performance.now() - asked;
      measured("SIGTERM to the end, with a statement that runs", `${Math.round(took)} ms`);
      await waiting.ended;
      // Its statement is interrupted first: 57014.
      match(waiting.text, /^begun\n(?:57014 )?57P01\n$/);
      ok(took < LONGEST_STOP_MS, `it took ${Math.round(took)} ms`);
    });

    container = await begin();
    await healthy(container);
    psql = await client(container);
    await check("finds its databases, CA and keys again in /data", async () => {
      equal(await output(...psql("SELECT id FROM kept")), "1");
    });
    await check("starts again after it was killed", async () => {
      await container.signal("SIGKILL");
      await container.ended;
      container = await begin();
      await healthy(container);
      psql = await client(container);
      equal(await output(...psql("SELECT id FROM kept")), "1");
    });
    await check("is not healthy when it has stopped", async () => {
      await container.signal("SIGTERM");
      await container.ended;
      const args = ["health", "--postgres", "127.0.0.1:5432", "--http", "http://127.0.0.1:9432"];
      const probe = await engine.create({ tag, args });
      equal(await probe.ended, 1);
      match(
        probe.logs(),
        /^dsql-emulator health: PostgreSQL port 127\.0\.0\.1:5432: ECONNREFUSED; HTTP port: ECONNREFUSED/m,
      );
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
