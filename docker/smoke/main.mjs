// node docker/smoke/main.mjs docker|namespaces: builds the image and checks it and compose.yaml.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkCompose } from "./compose-checks.mjs";
import { openDocker } from "./docker.mjs";
import { checkImage } from "./image-checks.mjs";
import { openNamespaces } from "./namespaces.mjs";
import { output } from "./process.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
const say = (line) => process.stdout.write(`smoke test: ${line}\n`);
let count = 0;

async function check(sentence, body) {
  try {
    await body();
  } catch (error) {
    throw new Error(`NOT OK: ${sentence}\n${error.message}`);
  }
  count += 1;
  say(`ok: ${sentence}`);
}

const engine = process.argv[2] === "docker" ? await openDocker() : await openNamespaces();
try {
  say(`with ${engine.description}`);
  const began = performance.now();
  const tag = engine.tagFor("emulator");
  const revision = await output("git", [
    ...["-c", "safe.directory=*", "-C", root],
    ...["rev-parse", "HEAD"],
  ]);
  await engine.build({ context: root, tag, args: { VERSION: version, REVISION: revision } });
  say(`built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const measured = (what, value) => say(`${what}: ${value}`);
  await checkImage({ engine, tag, version, check, measured });
  await checkCompose({ engine, tag, check });
  if (engine.kind === "docker") {
    const { checkTestcontainers } = await import("./testcontainers-checks.mjs");
    await checkTestcontainers({ tag, check });
  }
  say(`${count} checks, all well`);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
} finally {
  await engine.close();
}
