import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateClusterCommand, ListClustersCommand } from "@aws-sdk/client-dsql";
import { CreateUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Apis, apisOf } from "./client.ts";
import { type EmulatorProcess, startProcess } from "./emulator-process.ts";

let scratch: string;
let dataDirectory: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  dataDirectory = join(scratch, "data");
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** What a process says that does not start. */
async function refusalOf(process: EmulatorProcess): Promise<string> {
  await expect(process.exited).resolves.toBe(1);
  return process.output();
}

/** Whether a small file system can be made here; containers often may not. */
function canMount(): boolean {
  if (process.platform !== "linux") return false;
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  const isMounted =
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", directory]).status === 0;
  if (isMounted) spawnSync("umount", [directory]);
  rmSync(directory, { recursive: true });
  return isMounted;
}

async function namesOf({ iam, dsql }: Apis): Promise<{ users: number; clusters: number }> {
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  const { clusters = [] } = await dsql.send(new ListClustersCommand({}));
  return { users: Users.length, clusters: clusters.length };
}

describe("a data directory", () => {
  test.each(["iam.json", "clusters.json", "seeds.json", "session.key", "credentials.json"])(
    "with a broken %s is refused by the name of the file, which stays as it is",
    async (name) => {
      mkdirSync(dataDirectory);
      const file = join(dataDirectory, name);
      const broken = '{"formatVersion":1,"version":1,"sequence":1,"clusters":[{}],"answers":[]';
      writeFileSync(file, broken);
      expect(await refusalOf(startProcess(dataDirectory))).toContain(
        `dsql-emulator start: \`${file}\` `,
      );
      expect(readFileSync(file, "utf8")).toBe(broken);
      writeFileSync(file, `${broken}}`);
      expect(await refusalOf(startProcess(dataDirectory))).toContain(
        `dsql-emulator start: \`${file}\` `,
      );
    },
  );

  test.runIf(process.platform === "linux")("that cannot be made is refused at once", async () => {
    expect(await refusalOf(startProcess("/proc/dsql-emulator"))).toBe(
      "dsql-emulator start: `/proc/dsql-emulator` cannot be made (ENOENT): choose a directory that the emulator may write to\n",
    );
  });

  test("has one emulator at a time, and another one after a kill", async () => {
    const first = startProcess(dataDirectory);
    const { pid } = await first.ready;
    const second = startProcess(dataDirectory, ["--ready-file", join(scratch, "ready.json")]);
    expect(await refusalOf(second)).toContain(
      `dsql-emulator start: \`${dataDirectory}\` is in use by process ${pid}: stop it first`,
    );
    await first.kill();
    const third = startProcess(dataDirectory);
    await third.ready;
    await expect(third.stop()).resolves.toBe(0);
  });

  test.runIf(canMount())("that is full answers an error and keeps the state before", async () => {
    mkdirSync(dataDirectory);
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", dataDirectory]);
    const emulator = startProcess(dataDirectory);
    try {
      const info = await emulator.ready;
      const apis = apisOf(info);
      await apis.iam.send(new CreateUserCommand({ UserName: "before" }));
      const before = await namesOf(apis);
      writeFileSync(join(dataDirectory, "filler"), "");
      spawnSync("dd", ["if=/dev/zero", `of=${join(dataDirectory, "filler")}`, "bs=4k"]);
      const failures = await Promise.allSettled([
        apis.iam.send(new CreateUserCommand({ UserName: "refused" })),
        apis.iam.send(new CreateUserCommand({ UserName: "refused-too" })),
        apis.dsql.send(new CreateClusterCommand({ clientToken: "again" })),
      ]);
      expect(failures.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      expect(emulator.output()).toContain("cannot be written (ENOSPC): make room");
      expect(await namesOf(apis)).toEqual(before);
      rmSync(join(dataDirectory, "filler"));
      await apis.iam.send(new CreateUserCommand({ UserName: "refused" }));
      await apis.dsql.send(new CreateClusterCommand({ clientToken: "again" }));
      const after = { users: before.users + 1, clusters: before.clusters + 1 };
      expect(await namesOf(apis)).toEqual(after);
      await emulator.kill();

      const restarted = startProcess(dataDirectory);
      try {
        expect(await namesOf(apisOf(await restarted.ready))).toEqual(after);
      } finally {
        await restarted.stop();
      }
    } finally {
      await emulator.kill();
      spawnSync("umount", [dataDirectory]);
    }
  });
});
