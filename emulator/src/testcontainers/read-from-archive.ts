/** Place and length of the size in a header of ustar: octal digits. */
const SIZE_AT = 124;
const SIZE_LENGTH = 12;
const HEADER_BYTES = 512;

/**
 * The text of the one file of a tar archive, which is how engines hand out files of containers.
 *
 * @throws Error when it is no such archive
 */
export async function readFromArchive(archive: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const digits = bytes.toString("latin1", SIZE_AT, SIZE_AT + SIZE_LENGTH).replace(/[\0 ]+$/, "");
  const size = /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  if (!(bytes.length >= HEADER_BYTES + size)) throw new Error("the archive holds no whole file");
  return bytes.toString("utf8", HEADER_BYTES, HEADER_BYTES + size);
}
