/**
 * The file that a whole state is exported to: JSON with a version and a checksum. It holds the secrets of
 * access keys.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { ClustersSnapshot, DatabaseLocation } from "../clusters/index.ts";
import { StateRefusal } from "../control-plane/index.ts";
import { parseClusterIdentifier } from "../dsql/index.ts";
import type { IamSnapshot } from "../iam/index.ts";
import type { ClockState } from "../shared/index.ts";

const FORMAT = "dsql-emulator-state";
/** Raised when an earlier version could not read the file any more. */
const VERSION = 1;
/** Largest database, unpacked; what could not be held in memory is not tried. Our choice. */
const MAX_DATABASE_BYTES = 2 ** 31 - 1;

/** It is the name of a directory. */
const REGION = /^[a-z0-9-]{1,32}$/;

const packed = promisify(gzip);
const unpacked = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/** A state, as a file has it. */
export interface StateFileContent {
  /** Version of the emulator. */
  readonly exportedBy: string;
  readonly exportedAt: Date;
  readonly clock: ClockState;
  readonly accounts: readonly IamSnapshot[];
  readonly clusters: ClustersSnapshot;
  /** Those that are not just as the configuration lets them begin; without files they are empty. */
  readonly databases: readonly (DatabaseLocation & {
    /** Uncompressed tar. */
    readonly archive: Uint8Array | undefined;
  })[];
}

/** Whether parts of a file can be used; each throws an Error with the reason when not. */
export interface StateFileChecks {
  accounts(accounts: readonly IamSnapshot[]): void;
  clusters(clusters: ClustersSnapshot): void;
  /** Tries the files of a database out. */
  archive(archive: Uint8Array): Promise<void>;
}

interface ContentJson {
  readonly exportedBy: string;
  readonly exportedAt: string;
  readonly clock: { readonly now: string; readonly frozen: boolean; readonly offsetMs: number };
  readonly accounts: readonly IamSnapshot[];
  readonly clusters: ClustersSnapshot;
  readonly databases: readonly {
    readonly region: string;
    readonly identifier: string;
    /** Base64 of the gzipped tar. */
    readonly archive?: string;
  }[];
}

/** The text of the file. */
export async function writeStateFile(content: StateFileContent): Promise<string> {
  const { clock, exportedAt, databases } = content;
  const json: ContentJson = {
    ...content,
    exportedAt: exportedAt.toISOString(),
    clock: { now: clock.now.toISOString(), frozen: clock.isFrozen, offsetMs: clock.offsetMs },
    databases: await Promise.all(
      databases.map(async ({ region, identifier, archive }) => ({
        ...{ region, identifier },
        ...(archive === undefined ? {} : { archive: (await packed(archive)).toString("base64") }),
      })),
    ),
  };
  const text = JSON.stringify(json);
  return `{"format":"${FORMAT}","version":${VERSION},"checksum":"${sha256(text)}","state":${text}}\n`;
}

/**
 * Reads what the parsed file has, and tries it out.
 *
 * @throws StateRefusal when it is none, of a later version, damaged, or cannot be used here
 */
export async function readStateFile(
  json: unknown,
  checks: StateFileChecks,
): Promise<StateFileContent> {
  const { format, version, checksum, state } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (format !== FORMAT) throw refusal("this is no exported state of dsql-emulator");
  if (version !== VERSION) {
    const isNewer = typeof version === "number" && version > VERSION;
    throw refusal(
      isNewer
        ? `the file is of version ${version}, this emulator reads version ${VERSION}: import it with the version of the emulator that exported it, or a later one`
        : `the file is of version ${String(version)}, which this emulator does not know`,
    );
  }
  if (checksum !== sha256(JSON.stringify(state))) {
    throw refusal("the file is damaged or was changed: its checksum is another one");
  }
  const content = (state ?? {}) as ContentJson;
  const clock = checked("its clock", () => clockState(content.clock));
  checked("its accounts", () => {
    checks.accounts(content.accounts);
  });
  checked("its clusters", () => {
    checks.clusters(content.clusters);
  });
  checked("its clusters", () => {
    checkLocations(content.clusters);
  });
  const listed = checked("its list of databases", () =>
    databaseEntries(content.databases, content.clusters),
  );
  const databases: StateFileContent["databases"][number][] = [];
  for (const { region, identifier: text, archive } of listed) {
    const identifier = parseClusterIdentifier(text);
    if (identifier === undefined) throw refusal(`\`${text}\` is no identifier of a cluster`);
    const bytes = archive === undefined ? undefined : await unpackedArchive(text, archive, checks);
    databases.push({ region, identifier, archive: bytes });
  }
  return {
    ...content,
    exportedAt: new Date(content.exportedAt),
    clock,
    databases,
  };
}

function clockState({ now, frozen, offsetMs }: ContentJson["clock"]): ClockState {
  const moment = new Date(now);
  if (Number.isNaN(moment.getTime()) || typeof frozen !== "boolean" || !Number.isFinite(offsetMs)) {
    throw new Error("it has another form");
  }
  return { now: moment, isFrozen: frozen, offsetMs };
}

/** Names of clusters and databases become names of files. */
function checkLocations({ clusters }: ClustersSnapshot): void {
  for (const cluster of clusters) {
    for (const { region, identifier } of [cluster, cluster.database]) {
      if (!REGION.test(region)) throw new Error(`\`${region}\` is no region`);
      if (parseClusterIdentifier(identifier) === undefined) {
        throw new Error(`\`${identifier}\` is no identifier of a cluster`);
      }
    }
  }
}

function databaseEntries(
  databases: ContentJson["databases"],
  { clusters }: ClustersSnapshot,
): ContentJson["databases"] {
  const isText = (value: unknown): boolean => typeof value === "string";
  const isEntry = ({
    region,
    identifier,
    archive = "",
  }: ContentJson["databases"][number]): boolean =>
    [region, identifier, archive].every(isText) && REGION.test(region);
  const isList: boolean = Array.isArray(databases);
  if (!isList || !databases.every(isEntry)) {
    throw new Error("it has another form");
  }
  const used = new Set(clusters.map(({ database }) => `${database.region}/${database.identifier}`));
  for (const { region, identifier } of databases) {
    if (used.delete(`${region}/${identifier}`)) continue;
    throw new Error(`${identifier} stands in it twice, or no cluster has it`);
  }
  return databases;
}

async function unpackedArchive(
  name: string,
  text: string,
  checks: StateFileChecks,
): Promise<Uint8Array> {
  try {
    const options = { maxOutputLength: MAX_DATABASE_BYTES };
    const archive = await unpacked(Buffer.from(text, "base64"), options);
    await checks.archive(archive);
    return archive;
  } catch (error) {
    throw refusal(`the database of ${name} cannot be used: ${messageOf(error)}`);
  }
}

function checked<Result>(what: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw refusal(`${what} cannot be used: ${messageOf(error)}`);
  }
}

function refusal(message: string): StateRefusal {
  return new StateRefusal("invalid", message);
}

function sha256(text: string | undefined): string {
  return createHash("sha256")
    .update(text ?? "")
    .digest("hex");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
