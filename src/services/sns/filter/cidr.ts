/** IP addresses and their ranges, as far as filter policies need them. */
import type { CidrRange } from './policy.ts';

/** What AWS says of a range that is none. */
export class BadCidr extends Error {}

/** `10.0.0.0/24` or `2001:db8::/32`. @throws BadCidr */
export function parseCidr(text: string): CidrRange {
  const parts = text.split('/');
  if (parts.length !== 2) throw new BadCidr("Malformed CIDR, one '/' required");
  const [ip, mask] = parts as [string, string];
  if (!/^\d{1,9}$/.test(mask)) throw new BadCidr('Malformed CIDR, mask bits must be an integer');
  const address = parseIp(ip);
  if (address === null) throw new BadCidr(`Nonstandard IP address: ${ip}`);
  const bits = Number(mask);
  if (bits > address.length * 8) throw new BadCidr(`Malformed CIDR, mask bits must be < ${address.length * 8}`);
  return { address, bits };
}

export function inCidr(ip: string, { address, bits }: CidrRange): boolean {
  const bytes = parseIp(ip);
  if (bytes === null || bytes.length !== address.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const taken = Math.min(8, bits - bit);
    const mask = (0xff << (8 - taken)) & 0xff;
    const i = bit / 8;
    if (((bytes[i] as number) & mask) !== ((address[i] as number) & mask)) return false;
  }
  return true;
}

/** Bytes of an IPv4 or IPv6 address; null where it is none. */
function parseIp(text: string): number[] | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return parts.map(Number);
}

function parseIpv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [before, after] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const missing = 8 - before.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...(after ?? [])];
  if (groups.some((group) => !/^[0-9A-Fa-f]{1,4}$/.test(group))) return null;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
