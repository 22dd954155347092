import type { ErrorCode } from "yaml";

/** Texts of our own, since the parser's repeat the file's text, in which secrets may stand. */
const TEXTS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias must not have a tag or an anchor",
  BAD_ALIAS: "an alias has no valid name; text that begins with `*` must be quoted",
  BAD_COLLECTION_TYPE: "a tag does not fit the collection behind it",
  BAD_DIRECTIVE: "a `%` directive is not known",
  BAD_DQ_ESCAPE: 'an escape in a text in "double quotes" is not known',
  BAD_INDENT: "the indentation does not fit, or a bracket is not closed",
  BAD_PROP_ORDER: "anchors and tags must stand behind `?`, `:` and `-`",
  BAD_SCALAR_START: "text that begins with a special character must be quoted",
  BLOCK_AS_IMPLICIT_KEY: "a mapping must begin on a line of its own; text with `: ` must be quoted",
  BLOCK_IN_FLOW: "a list or mapping in brackets must not hold one by indentation",
  DUPLICATE_KEY: "the key stands twice in its mapping",
  IMPOSSIBLE: "is not YAML",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a character is missing: a quote, a comma, a colon or a space",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line",
  MULTIPLE_ANCHORS: "a value must have at most one anchor",
  MULTIPLE_DOCS: "the file must hold one document, without a further `---`",
  MULTIPLE_TAGS: "a value must have at most one tag",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "is nested too deeply",
  TAB_AS_INDENT: "tabs must not be used for indentation",
  TAG_RESOLVE_FAILED: "a `!` tag is not known; text that begins with `!` must be quoted",
  UNEXPECTED_TOKEN: "was not expected here; text with special characters must be quoted",
};

/** What a syntax error means, without a piece of the file. */
export function yamlErrorText(code: ErrorCode): string {
  return TEXTS[code];
}
