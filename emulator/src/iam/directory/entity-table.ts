/** Users, groups or roles, found by name and by id. */
import { IamError } from "./iam-error.ts";
import type { EntityRecord } from "./iam-snapshot.ts";

/** What kind of entity, as messages and ARNs say it. */
export type EntityKind = "user" | "group" | "role";

/** The capitalised form, for the beginning of a message. */
const TITLES: Readonly<Record<EntityKind, string>> = { user: "User", group: "Group", role: "Role" };

/** All entities of one kind. Names are unique without regard to case. */
export class EntityTable<Record extends EntityRecord> {
  readonly kind: EntityKind;
  readonly #accountId: string;
  readonly #byName = new Map<string, Record>();
  readonly #byId = new Map<string, Record>();

  constructor(kind: EntityKind, accountId: string) {
    this.kind = kind;
    this.#accountId = accountId;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** In the order of making. */
  all(): Iterable<Record> {
    return this.#byId.values();
  }

  /** @throws IamError `NoSuchEntity` */
  require(name: string): Record {
    const record = this.#byName.get(name.toLowerCase());
    if (record !== undefined) return record;
    throw new IamError("NoSuchEntity", `The ${this.kind} with name ${name} cannot be found.`);
  }

  find(name: string): Record | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  findById(id: string): Record | undefined {
    return this.#byId.get(id);
  }

  /** The entity whose ARN this is, in its exact spelling. */
  findByArn(arn: string): Record | undefined {
    const record = this.#byName.get(arn.slice(arn.lastIndexOf("/") + 1).toLowerCase());
    return record !== undefined && this.arnOf(record) === arn ? record : undefined;
  }

  arnOf({ path, name }: EntityRecord): string {
    return `arn:aws:iam::${this.#accountId}:${this.kind}${path}${name}`;
  }

  /** @throws IamError `EntityAlreadyExists` */
  refuseTaken(name: string): void {
    if (!this.#byName.has(name.toLowerCase())) return;
    const message = `${TITLES[this.kind]} with name ${name} already exists.`;
    throw new IamError("EntityAlreadyExists", message);
  }

  /** Takes a record whose name is free. */
  add(record: Record): void {
    this.#byName.set(record.name.toLowerCase(), record);
    this.#byId.set(record.id, record);
  }

  /**
   * Gives another name, another path, or both.
   *
   * @throws IamError `EntityAlreadyExists`
   */
  rename(record: Record, newName: string = record.name, newPath: string = record.path): void {
    if (newName.toLowerCase() !== record.name.toLowerCase()) this.refuseTaken(newName);
    this.#byName.delete(record.name.toLowerCase());
    record.name = newName;
    record.path = newPath;
    this.#byName.set(newName.toLowerCase(), record);
  }

  clear(): void {
    this.#byName.clear();
    this.#byId.clear();
  }

  remove(record: Record): void {
    this.#byName.delete(record.name.toLowerCase());
    this.#byId.delete(record.id);
  }
}
