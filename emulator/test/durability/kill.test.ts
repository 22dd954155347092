import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, describe, expect, test } from "vitest";
import { apisOf, type ClientCredentials, connectAdmin } from "./client.ts";
import { checkKept } from "./check-kept.ts";
import { startProcess } from "./emulator-process.ts";
import { type Ledger, MAPPED_ROLE, workUntilKilled } from "./load.ts";

/** `npm run test:durability` does fifty. */
const KILLS = Number(process.env["DURABILITY_KILLS"] ?? 8);
/** Every so many kills one comes while the emulator starts. */
const KILL_AT_START = 5;
const MAX_WORK_MS = 900;
const MAX_START_MS = 700;
const MS_PER_KILL = 30_000;

const scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const CONFIG = `
limits: { singleRegionClusters: 10000, maxRunningEngines: 2 }
clusters:
  - identifier: dsqlemulatorlocalcluster2a
    databaseRoles: [{ name: ${MAPPED_ROLE} }]
    sql:
      - CREATE TABLE pairs (number int, side text, PRIMARY KEY (number, side))
      - CREATE TABLE beginning (id int PRIMARY KEY)
      - INSERT INTO beginning VALUES (1)
`;

describe("kill -9", () => {
  test(
    `loses nothing that was acknowledged and leaves nothing half, ${KILLS} times`,
    async () => {
      const dataDirectory = join(scratch, "data");
      const configFile = join(scratch, "dsql-emulator.yaml");
      writeFileSync(configFile, CONFIG);
      const options = ["--config", configFile];
      const ledger: Ledger = {
        pairs: new Set(),
        mappings: new Set(),
        users: new Map(),
        clusters: new Map(),
        nextNumber: 0,
      };
      let identity: { ca: string; secret: string; session: ClientCredentials } | undefined;
      for (let kills = 1; kills <= KILLS; kills += 1) {
        if (kills % KILL_AT_START === 0) {
          const starting = startProcess(dataDirectory, options);
          await pause(Math.random() * MAX_START_MS);
          await starting.kill();
          continue;
        }
        const emulator = startProcess(dataDirectory, options);
        const info = await emulator.ready;
        const ca = readFileSync(info.caCertificate, "utf8");
        const { secretAccessKey: secret } = info.credentials;
        identity ??= { ca, secret, session: await sessionOf(info) };
        expect({ ca, secret }).toEqual({ ca: identity.ca, secret: identity.secret });
        const bySession = await connectAdmin(info, undefined, identity.session);
        expect((await bySession.query("SELECT id FROM beginning")).rows).toEqual([{ id: 1 }]);
        await bySession.end();
        await checkKept(info, ledger, dataDirectory);
        const work = workUntilKilled(info, ledger);
        await pause(Math.random() * MAX_WORK_MS);
        await emulator.kill();
        await work;
      }
      const last = startProcess(dataDirectory, options);
      await checkKept(await last.ready, ledger, dataDirectory);
      await expect(last.stop()).resolves.toBe(0);
      const counts = [ledger.pairs, ledger.mappings, ledger.users, ledger.clusters];
      process.stdout.write(
        `${KILLS} kills; acknowledged: ${counts[0]?.size} transactions, ${counts[1]?.size} mappings, ${counts[2]?.size} users, ${counts[3]?.size} clusters\n`,
      );
      expect(counts.map(({ size }) => size > 0)).toEqual([true, true, true, true]);
    },
    KILLS * MS_PER_KILL,
  );
});

async function sessionOf(info: Parameters<typeof apisOf>[0]): Promise<ClientCredentials> {
  const { sts } = apisOf(info);
  const { Credentials } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 43_200 }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}
