/** The workflows of .github/workflows: actions pinned by commit, least rights, and commands that exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
}

interface WorkflowJob {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}.github/workflows/`;
const texts = new Map(
  readdirSync(folder).map((file) => [file, readFileSync(`${folder}${file}`, "utf8")]),
);
const workflows = new Map([...texts].map(([file, text]) => [file, parse(text) as Workflow]));
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file} ${name}`, job })),
);
const commands = jobs.flatMap(({ job }) => job.steps.flatMap(({ run }) => run ?? []));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe("the workflows", () => {
  test("are those for check, image, release and SDKs", () => {
    expect([...workflows.keys()].sort()).toEqual([
      "check.yml",
      "image.yml",
      "release.yml",
      "sdks.yml",
    ]);
  });

  test("use actions by commit, with the version beside it, and each in one version", () => {
    const uses = [...texts.values()].flatMap((text) => text.match(/uses:.*/g) ?? []);
    const pinned = /^uses: ([\w-]+\/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(uses.filter((line) => !pinned.test(line))).toEqual([]);
    const names = new Set(uses.map((line) => pinned.exec(line)?.[1]));
    expect(new Set(uses).size).toBe(names.size);
    const parsed = jobs.flatMap(({ job }) => job.steps.flatMap((step) => step.uses ?? []));
    expect(parsed.length).toBe(uses.length);
  });

  test("may read the code and no more, but for the two jobs that publish", () => {
    for (const { permissions } of workflows.values()) {
      expect(permissions).toEqual({ contents: "read" });
    }
    const more = jobs.flatMap(({ name, job }) =>
      job.permissions === undefined ? [] : [[name, job.permissions]],
    );
    expect(Object.fromEntries(more)).toEqual({
      "release.yml npm": { contents: "read", "id-token": "write" },
      "release.yml image": { contents: "read", packages: "write" },
    });
  });

  test("know no secret but the token of their own run", () => {
    const secrets = [...texts.values()].flatMap((text) => text.match(/secrets\.\w+/g) ?? []);
    expect([...new Set(secrets)]).toEqual(["secrets.GITHUB_TOKEN"]);
  });

  test("put nothing from outside into a shell's text", () => {
    expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
  });

  test("end in time", () => {
    const endless = jobs.filter(({ job }) => (job["timeout-minutes"] ?? Infinity) > 45);
    expect(endless).toEqual([]);
  });

  test("run scripts of package.json and files that exist", () => {
    const named = commands.flatMap((command) =>
      [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? ""),
    );
    expect([...new Set(named)].sort()).toEqual(["check", "test:durability", "test:sdks"]);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    const files = commands.flatMap((command) =>
      [...command.matchAll(/\b(?:bash|node) ([\w./-]+\.\w+)/g)].map(([, file]) => file ?? ""),
    );
    expect([...new Set(files)]).toEqual(["docker/smoke-test.sh"]);
    expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
  });

  test("build the image for both architectures, with SBOM and provenance", () => {
    const steps = workflows.get("release.yml")?.jobs["image"]?.steps ?? [];
    expect(steps.at(-1)).toMatchObject({
      with: {
        platforms: "linux/amd64,linux/arm64",
        push: true,
        sbom: true,
        provenance: "mode=max",
      },
    });
  });
});
