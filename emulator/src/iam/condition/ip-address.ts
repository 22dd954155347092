/**
 * IPv4 and IPv6 addresses and CIDR ranges.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
 */

/** A range of addresses; 4 bytes for IPv4, 16 for IPv6. */
export interface IpRange {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;
const BITS_IN_BYTE = 8;
/** Longest text of an address: an IPv6 address that ends in an IPv4 one. */
const MAX_ADDRESS_CHARACTERS = 45;

/** The bytes of an address; `undefined` if the text is none. */
export function parseIpAddress(text: string): readonly number[] | undefined {
  if (text.length > MAX_ADDRESS_CHARACTERS) return undefined;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** An address or a CIDR range; an address alone is a range of one. Bits behind the prefix are ignored. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const bytes = parseIpAddress(slash === -1 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  const allBits = bytes.length * BITS_IN_BYTE;
  if (slash === -1) return { bytes, prefixBits: allBits };
  const prefix = text.slice(slash + 1);
  if (!PREFIX.test(prefix) || Number(prefix) > allBits) return undefined;
  return { bytes, prefixBits: Number(prefix) };
}

/** Whether the address is in the range; never for one of the other family. */
export function isInRange(address: readonly number[], { bytes, prefixBits }: IpRange): boolean {
  if (address.length !== bytes.length) return false;
  for (const [index, byte] of bytes.entries()) {
    const bits = Math.min(BITS_IN_BYTE, prefixBits - index * BITS_IN_BYTE);
    if (bits <= 0) break;
    const shift = BITS_IN_BYTE - bits;
    if ((address[index] ?? 0) >> shift !== byte >> shift) return false;
  }
  return true;
}

function parseIpv4(text: string): number[] | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  if (!octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.map(Number);
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => parseGroups(half));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Groups between colons, two bytes each; the last may be an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const isLast = index === groups.length - 1;
    if (GROUP.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> BITS_IN_BYTE, value & 0xff);
    } else {
      const embedded = isLast ? parseIpv4(group) : undefined;
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    }
  }
  return bytes;
}
