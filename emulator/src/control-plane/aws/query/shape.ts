/**
 * Shapes: what the members of requests and answers are. One description reads a request, refuses
 * what does not fit, and writes the answer. Members are named as on the wire; in values, with a small
 * first letter.
 */

/** Constraints on a text; what is not given is not checked here. */
export interface TextConstraints {
  readonly minCharacters?: number;
  readonly maxCharacters?: number;
  /** Of the whole text; `text` as the service prints it. */
  readonly pattern?: { readonly expression: RegExp; readonly text: string };
  readonly values?: readonly string[];
}

/** A text. */
export interface TextShape extends TextConstraints {
  readonly kind: "text";
}

/** A whole number. */
export interface IntegerShape {
  readonly kind: "integer";
  readonly min?: number;
  readonly max?: number;
}

/** `true` or `false`. */
export interface BooleanShape {
  readonly kind: "boolean";
}

/** A moment, in answers: ISO 8601 in whole seconds. */
export interface TimestampShape {
  readonly kind: "timestamp";
}

/** A policy document, in answers: URL-encoded by RFC 3986. */
export interface DocumentShape {
  readonly kind: "document";
}

/** `Name.member.1`, `Name.member.2`, …; in answers `<member>` elements. */
export interface ListShape<Item extends Shape = Shape> {
  readonly kind: "list";
  readonly item: Item;
  /** Whether an answer leaves an empty list out. */
  readonly isOmittedEmpty: boolean;
}

/** Named members, in the order of the answer. */
export interface StructureShape<Named extends Members = Members> {
  readonly kind: "structure";
  readonly members: Named;
}

/** From texts to numbers, in answers: `<entry>` elements. */
export interface NumberMapShape {
  readonly kind: "number-map";
}

/** From texts to texts, in answers: `<entry>` elements. */
export interface TextMapShape {
  readonly kind: "text-map";
}

/** What a member can be. */
export type Shape =
  | TextShape
  | IntegerShape
  | BooleanShape
  | TimestampShape
  | DocumentShape
  | ListShape
  | StructureShape
  | NumberMapShape
  | TextMapShape;

/** A member of a structure, and whether it has to be there. */
export interface Member<Of extends Shape = Shape, IsRequired extends boolean = boolean> {
  readonly shape: Of;
  readonly isRequired: IsRequired;
}

/** Members by their names on the wire. */
export type Members = Readonly<Record<string, Member>>;

/** The value of a shape. */
export type ValueOf<Of extends Shape> = Of extends TextShape | DocumentShape
  ? string
  : Of extends IntegerShape
    ? number
    : Of extends BooleanShape
      ? boolean
      : Of extends TimestampShape
        ? Date
        : Of extends NumberMapShape
          ? Readonly<Record<string, number>>
          : Of extends TextMapShape
            ? Readonly<Record<string, string>>
            : Of extends ListShape<infer Item>
              ? readonly ValueOf<Item>[]
              : Of extends StructureShape<infer Named>
                ? StructureOf<Named>
                : never;

type RequiredNames<Named extends Members> = {
  [Name in keyof Named & string]: Named[Name] extends Member<Shape, true> ? Name : never;
}[keyof Named & string];

/** The value of a structure; members that may be left out may be missing. */
export type StructureOf<Named extends Members> = {
  readonly [Name in RequiredNames<Named> as Uncapitalize<Name>]: ValueOf<Named[Name]["shape"]>;
} & {
  readonly [Name in Exclude<keyof Named & string, RequiredNames<Named>> as Uncapitalize<Name>]?:
    ValueOf<Named[Name]["shape"]> | undefined;
};

/** The members of a request: each is there, those that were left out as `undefined`. */
export type InputOf<Named extends Members> = {
  readonly [Name in keyof Named & string as Uncapitalize<Name>]: Named[Name] extends Member<
    infer Of,
    true
  >
    ? ValueOf<Of>
    : ValueOf<Named[Name]["shape"]> | undefined;
};

/** A text with constraints. */
export function text(constraints: TextConstraints = {}): TextShape {
  return { kind: "text", ...constraints };
}

/** A whole number within bounds. */
export function integer(
  bounds: { readonly min?: number; readonly max?: number } = {},
): IntegerShape {
  return { kind: "integer", ...bounds };
}

/** A truth value. */
export const BOOLEAN: BooleanShape = { kind: "boolean" };

/** A moment. */
export const TIMESTAMP: TimestampShape = { kind: "timestamp" };

/** A policy document of an answer. */
export const DOCUMENT: DocumentShape = { kind: "document" };

/** Numbers by name. */
export const NUMBER_MAP: NumberMapShape = { kind: "number-map" };

/** Texts by name. */
export const TEXT_MAP: TextMapShape = { kind: "text-map" };

/** A list that is always in an answer. */
export function list<Item extends Shape>(item: Item): ListShape<Item> {
  return { kind: "list", item, isOmittedEmpty: false };
}

/** A list that an answer has only if something is in it. */
export function listIfAny<Item extends Shape>(item: Item): ListShape<Item> {
  return { kind: "list", item, isOmittedEmpty: true };
}

/** A structure. */
export function structure<const Named extends Members>(members: Named): StructureShape<Named> {
  return { kind: "structure", members };
}

/** A member that has to be there. */
export function required<Of extends Shape>(shape: Of): Member<Of, true> {
  return { shape, isRequired: true };
}

/** A member that may be left out. */
export function optional<Of extends Shape>(shape: Of): Member<Of, false> {
  return { shape, isRequired: false };
}

/** The name of a member in values and in messages. */
export function memberName(wireName: string): string {
  return wireName.charAt(0).toLowerCase() + wireName.slice(1);
}
