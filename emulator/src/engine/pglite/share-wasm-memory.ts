/**
 * Rewrites a WebAssembly binary so that it imports a shared memory instead of a plain one. The
 * engine's memory must be shared for another thread to raise PostgreSQL's cancel flags in it.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html#import-section
 */

const HEADER_BYTES = 8;
const IMPORT_SECTION_ID = 2;
const EXTERNAL_KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const LIMIT_HAS_MAXIMUM = 1;
const LIMITS_SHARED_WITH_MAXIMUM = 3;
/** 65,536 pages (4 GiB), the largest maximum, as LEB128; a shared memory must declare one. */
const LARGEST_MAXIMUM = Uint8Array.of(0x80, 0x80, 0x04);

/** Limits of the memory import: where the flag byte stands, and where the limits end. */
interface MemoryLimits {
  readonly start: number;
  readonly end: number;
  readonly hasMaximum: boolean;
}

/**
 * The binary with a shared memory import.
 *
 * @returns the bytes as they are when they import no memory
 */
export function shareWasmMemory(binary: Uint8Array): Uint8Array {
  let offset = HEADER_BYTES;
  while (offset < binary.length) {
    const sectionStart = offset;
    const length = readLeb128(binary, sectionStart + 1);
    const sectionEnd = length.next + length.value;
    if (binary[sectionStart] === IMPORT_SECTION_ID) {
      const limits = findMemoryLimits(binary, length.next);
      if (limits === undefined) return binary;
      return withSharedLimits(
        binary,
        { sectionStart, contentStart: length.next, sectionEnd },
        limits,
      );
    }
    offset = sectionEnd;
  }
  return binary;
}

function withSharedLimits(
  binary: Uint8Array,
  section: { sectionStart: number; contentStart: number; sectionEnd: number },
  limits: MemoryLimits,
): Uint8Array {
  if (limits.hasMaximum) {
    const copy = binary.slice();
    copy[limits.start] = LIMITS_SHARED_WITH_MAXIMUM;
    return copy;
  }
  const length = section.sectionEnd - section.contentStart + LARGEST_MAXIMUM.length;
  return Buffer.concat([
    binary.subarray(0, section.sectionStart),
    Uint8Array.of(IMPORT_SECTION_ID),
    encodeLeb128(length),
    binary.subarray(section.contentStart, limits.start),
    Uint8Array.of(LIMITS_SHARED_WITH_MAXIMUM),
    binary.subarray(limits.start + 1, limits.end),
    LARGEST_MAXIMUM,
    binary.subarray(limits.end),
  ]);
}

function findMemoryLimits(binary: Uint8Array, contentStart: number): MemoryLimits | undefined {
  const count = readLeb128(binary, contentStart);
  let offset = count.next;
  for (let index = 0; index < count.value; index += 1) {
    offset = skipName(binary, skipName(binary, offset));
    const kind = binary[offset];
    offset += 1;
    if (kind === EXTERNAL_KIND.memory) return readLimits(binary, offset);
    offset = skipDescription(binary, offset, kind);
  }
  return undefined;
}

function skipDescription(binary: Uint8Array, offset: number, kind: number | undefined): number {
  switch (kind) {
    case EXTERNAL_KIND.function:
      return readLeb128(binary, offset).next;
    case EXTERNAL_KIND.table:
      return readLimits(binary, offset + 1).end;
    case EXTERNAL_KIND.global:
      return offset + 2;
    case EXTERNAL_KIND.tag:
      return readLeb128(binary, offset + 1).next;
    default:
      throw new Error(`unknown import kind \`${kind ?? "end"}\` in a WebAssembly binary`);
  }
}

function readLimits(binary: Uint8Array, start: number): MemoryLimits {
  const hasMaximum = ((binary[start] ?? 0) & LIMIT_HAS_MAXIMUM) !== 0;
  const minimumEnd = readLeb128(binary, start + 1).next;
  return { start, hasMaximum, end: hasMaximum ? readLeb128(binary, minimumEnd).next : minimumEnd };
}

function skipName(binary: Uint8Array, offset: number): number {
  const length = readLeb128(binary, offset);
  return length.next + length.value;
}

function readLeb128(binary: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  let next = start;
  for (let shift = 0; ; shift += 7) {
    const byte = binary[next] ?? 0;
    next += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, next };
  }
}

function encodeLeb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Uint8Array.from([...bytes, rest]);
}
