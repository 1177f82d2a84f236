/** Ranges of IP addresses, with what AWS says of those that are none. */
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

export interface CidrRange {
  readonly address: Address;
  readonly bits: number;
}

/** What AWS says of a range that is none. */
export class BadCidr extends Error {}

/** `10.0.0.0/24` or `2001:db8::/32`. @throws BadCidr */
export function parseCidr(text: string): CidrRange {
  const parts = text.split('/');
  if (parts.length !== 2) throw new BadCidr("Malformed CIDR, one '/' required");
  const [ip, mask] = parts as [string, string];
  if (!/^\d{1,9}$/.test(mask)) throw new BadCidr('Malformed CIDR, mask bits must be an integer');
  const address = addressOf(ip);
  if (address === null) throw new BadCidr(`Nonstandard IP address: ${ip}`);
  const bits = Number(mask);
  const most = address.kind() === 'ipv4' ? 32 : 128;
  if (bits > most) throw new BadCidr(`Malformed CIDR, mask bits must be at most ${most}`);
  return { address, bits };
}

export function inCidr(ip: string, { address, bits }: CidrRange): boolean {
  const found = addressOf(ip);
  return found !== null && found.kind() === address.kind() && found.match(address, bits);
}

function addressOf(text: string): Address | null {
  const usual = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return usual ? ipaddr.parse(text) : null;
}
