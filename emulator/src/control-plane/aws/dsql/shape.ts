/**
 * Shapes: what the members of requests and answers are, and where in HTTP they are. One description
 * reads a request, refuses what does not fit, and writes the answer.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */

/** A text with its constraints. */
export interface TextShape {
  readonly kind: "text";
  /** In characters of Unicode. */
  readonly minCharacters?: number;
  readonly maxCharacters?: number;
  /** `text` as the service prints it. */
  readonly pattern?: { readonly expression: RegExp; readonly text: string };
  readonly values?: readonly string[];
}

/** A whole number. */
export interface IntegerShape {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
}

/** A truth value. */
export interface BooleanShape {
  readonly kind: "boolean";
}

/** A moment, in answers: seconds since 1970, with a fraction. */
export interface TimestampShape {
  readonly kind: "timestamp";
}

/** Texts by name. */
export interface MapShape {
  readonly kind: "map";
  readonly key: TextShape;
  readonly value: TextShape;
  readonly maxEntries: number;
}

/** A list. */
export interface ListShape<Item extends Shape = Shape> {
  readonly kind: "list";
  readonly item: Item;
  readonly maxItems: number;
  readonly isUnique: boolean;
}

/** Named members. */
export interface StructureShape<Named extends Members = Members> {
  readonly kind: "structure";
  readonly members: Named;
  /** Of which exactly one is there. */
  readonly isUnion: boolean;
}

/** What a member can be. */
export type Shape =
  TextShape | IntegerShape | BooleanShape | TimestampShape | MapShape | ListShape | StructureShape;

/** Where a member is in a request: in the path, in the query under `name`, or in the body. */
export type Location =
  | { readonly in: "path" }
  | { readonly in: "query"; readonly name: string }
  | { readonly in: "body" };

/** A member of a structure. */
export interface Member<Of extends Shape = Shape, IsRequired extends boolean = boolean> {
  readonly shape: Of;
  readonly isRequired: IsRequired;
  readonly location: Location;
}

/** Members by name, in the order of the model. */
export type Members = Readonly<Record<string, Member>>;

/** The value of a shape. */
export type ValueOf<Of extends Shape> = Of extends TextShape
  ? string
  : Of extends IntegerShape
    ? number
    : Of extends BooleanShape
      ? boolean
      : Of extends TimestampShape
        ? Date
        : Of extends MapShape
          ? Readonly<Record<string, string>>
          : Of extends ListShape<infer Item>
            ? readonly ValueOf<Item>[]
            : Of extends StructureShape<infer Named>
              ? ValuesOf<Named>
              : never;

type RequiredNames<Named extends Members> = {
  [Name in keyof Named]: Named[Name] extends Member<Shape, true> ? Name : never;
}[keyof Named];

/** The values of members; those that may be left out may be missing. */
export type ValuesOf<Named extends Members> = {
  readonly [Name in RequiredNames<Named>]: ValueOf<Named[Name]["shape"]>;
} & {
  readonly [Name in Exclude<keyof Named, RequiredNames<Named>>]?:
    ValueOf<Named[Name]["shape"]> | undefined;
};

/** A value of the right type in which nothing else was checked: every member may be missing. */
export type LooseOf<Of extends Shape> =
  Of extends StructureShape<infer Named> ? LooseValuesOf<Named> : ValueOf<Of>;

/** Members of a request before their constraints are checked. */
export type LooseValuesOf<Named extends Members> = {
  readonly [Name in keyof Named]?: LooseOf<Named[Name]["shape"]> | undefined;
};

/** Constraints of a text, its pattern as the model writes it. */
export interface TextConstraints {
  readonly minCharacters?: number;
  readonly maxCharacters?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
}

/** A text. */
export function text({ pattern, ...constraints }: TextConstraints = {}): TextShape {
  return {
    kind: "text",
    ...constraints,
    ...(pattern === undefined
      ? {}
      : { pattern: { expression: new RegExp(pattern), text: pattern } }),
  };
}

/** A whole number within bounds. */
export function integer(min: number, max: number): IntegerShape {
  return { kind: "integer", min, max };
}

/** A truth value. */
export const BOOLEAN: BooleanShape = { kind: "boolean" };

/** A moment. */
export const TIMESTAMP: TimestampShape = { kind: "timestamp" };

/** A list. */
export function list<Item extends Shape>(
  item: Item,
  { maxItems = Infinity, isUnique = false } = {},
): ListShape<Item> {
  return { kind: "list", item, maxItems, isUnique };
}

/** A structure. */
export function structure<const Named extends Members>(members: Named): StructureShape<Named> {
  return { kind: "structure", members, isUnion: false };
}

/** A union. */
export function union<const Named extends Members>(members: Named): StructureShape<Named> {
  return { kind: "structure", members, isUnion: true };
}

/** A member of a body that has to be there. */
export function required<Of extends Shape>(shape: Of): Member<Of, true> {
  return { shape, isRequired: true, location: { in: "body" } };
}

/** A member of a body that may be left out. */
export function optional<Of extends Shape>(shape: Of): Member<Of, false> {
  return { shape, isRequired: false, location: { in: "body" } };
}

/** A part of the path. */
export function inPath<Of extends Shape>(shape: Of): Member<Of, true> {
  return { shape, isRequired: true, location: { in: "path" } };
}

/** A parameter of the query that may be left out. */
export function inQuery<Of extends Shape>(name: string, shape: Of): Member<Of, false> {
  return { shape, isRequired: false, location: { in: "query", name } };
}

/** A parameter of the query that has to be there. */
export function requiredInQuery<Of extends Shape>(name: string, shape: Of): Member<Of, true> {
  return { shape, isRequired: true, location: { in: "query", name } };
}
