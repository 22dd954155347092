import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { packageVersion } from "../cli/index.ts";
import { DsqlEmulatorContainer } from "./dsql-emulator-container.ts";

/** Shows what an engine would be asked for. */
class ShownContainer extends DsqlEmulatorContainer {
  get asked(): object {
    return {
      image: this.imageName.string,
      command: this.createOpts.Cmd,
      ports: this.exposedPorts,
      aliases: this.networkAliases,
      files: this.contentsToCopy.map(({ content, ...file }) => ({
        ...file,
        content: Buffer.isBuffer(content) ? content.toString() : content,
      })),
    };
  }

  get asksForHealth(): object | undefined {
    return this.createOpts.Healthcheck;
  }
}

const plain = {
  image: `dsql-auth-emulator:${packageVersion()}`,
  command: ["start"],
  ports: [5432, 9432],
  aliases: [],
  files: [],
};

describe("the container that an engine is asked for", () => {
  test("is the image of this version, with both ports", () => {
    expect(new ShownContainer().asked).toEqual(plain);
  });

  test("is any image that is named", () => {
    const image = "registry.example/emulators/dsql:1.2.3";
    expect(new ShownContainer(image).asked).toEqual({ ...plain, image });
  });

  test("has its health checked by the image's own command, twice a second", () => {
    expect(new ShownContainer().asksForHealth).toEqual({
      Test: ["CMD", "dsql-emulator", "health"],
      Interval: 5e8,
      Timeout: 5e9,
      Retries: 120,
      StartPeriod: 0,
    });
  });

  test("gets a configuration as a file, and the last one counts", () => {
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-container-test-"));
    try {
      const file = join(directory, "dsql-emulator.yaml");
      writeFileSync(file, "explainErrors: true\n");
      const target = { target: "/config/dsql-emulator.json", mode: 0o644 };
      const container = new ShownContainer()
        .withConfiguration({ explainErrors: false })
        .withExplainedErrors()
        .withConfiguration(file);
      expect(container.asked).toEqual({
        ...plain,
        command: ["start", "--config", "/config/dsql-emulator.json", "--explain-errors"],
        files: [
          { ...target, content: '{"explainErrors":false}' },
          { ...target, content: "explainErrors: true\n" },
        ],
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("is found by the host name of a cluster in its network", () => {
    const container = new ShownContainer()
      .withCluster("testcluster000000000000000", "us-east-1")
      .withCluster("othercluster00000000000000", "eu-west-1");
    expect(container.asked).toEqual({
      ...plain,
      aliases: [
        "testcluster000000000000000.dsql.us-east-1.on.aws",
        "othercluster00000000000000.dsql.eu-west-1.on.aws",
      ],
    });
  });
});

test("the package exports the built module", () => {
  const require = createRequire(import.meta.url);
  const module = require.resolve("dsql-auth-emulator/testcontainers");
  expect(module).toBe(
    fileURLToPath(new URL("../../../dist/testcontainers/index.js", import.meta.url)),
  );
});
