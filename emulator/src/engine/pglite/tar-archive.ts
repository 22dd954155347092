/**
 * The little of the tar format that a snapshot needs: directories and regular files with short names.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */

const BLOCK_BYTES = 512;
const MAX_NAME_BYTES = 100;
const FIELD = {
  name: 0,
  mode: 100,
  userId: 108,
  groupId: 116,
  size: 124,
  time: 136,
  checksum: 148,
  type: 156,
  magic: 257,
} as const;
const CHECKSUM_BYTES = 8;
const TYPE_FILE = "0";
const TYPE_DIRECTORY = "5";

/** A member of an archive; `data` is absent for a directory. */
export interface TarEntry {
  /** Path relative to the root, with `/` and without a trailing one. */
  readonly name: string;
  readonly data: Uint8Array | undefined;
}

/** Packs the entries in their order. @throws RangeError for a name of more than 100 bytes */
export function packTar(entries: readonly TarEntry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const entry of entries) {
    blocks.push(headerOf(entry));
    if (entry.data === undefined) continue;
    blocks.push(entry.data, Buffer.alloc(paddingOf(entry.data.length)));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** The entries of an archive that `packTar` made; data are views of it. @throws Error if it is cut */
export function* unpackTar(archive: Uint8Array): Generator<TarEntry> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  let offset = 0;
  while (offset + BLOCK_BYTES <= bytes.length && bytes[offset] !== 0) {
    const name = textAt(bytes, offset + FIELD.name, MAX_NAME_BYTES);
    const sizeText = textAt(bytes, offset + FIELD.size, 12).trim();
    if (!/^[0-7]{1,11}$/.test(sizeText)) throw new Error("the tar archive has a size that is none");
    const size = Number.parseInt(sizeText, 8);
    const isDirectory = textAt(bytes, offset + FIELD.type, 1) === TYPE_DIRECTORY;
    offset += BLOCK_BYTES;
    if (!(offset + size <= bytes.length)) throw new Error("the tar archive is cut short");
    yield { name, data: isDirectory ? undefined : bytes.subarray(offset, offset + size) };
    offset += size + paddingOf(size);
  }
}

function headerOf(entry: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  if (Buffer.byteLength(entry.name) > MAX_NAME_BYTES) {
    throw new RangeError(`name too long for the archive: ${entry.name}`);
  }
  header.write(entry.name, FIELD.name);
  header.write(entry.data === undefined ? "0000700" : "0000600", FIELD.mode);
  header.write("0000000", FIELD.userId);
  header.write("0000000", FIELD.groupId);
  header.write(octal(entry.data?.length ?? 0), FIELD.size);
  header.write(octal(0), FIELD.time);
  header.write(entry.data === undefined ? TYPE_DIRECTORY : TYPE_FILE, FIELD.type);
  header.write("ustar\x0000", FIELD.magic);
  header.fill(" ", FIELD.checksum, FIELD.checksum + CHECKSUM_BYTES);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, FIELD.checksum);
  return header;
}

function octal(value: number): string {
  return `${value.toString(8).padStart(11, "0")}\0`;
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const text = bytes.toString("utf8", start, start + length);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
