import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are not of the public internet (RFC 6890 and IANA's special-purpose registries). */
const NOT_PUBLIC = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 96], // this machine, none, and IPv4 addresses as they were once written
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  NOT_PUBLIC.addSubnet(network, bits, 'ipv6');
}

/** Whether an IP address is one of the public internet. An IPv4 address within an IPv6 one counts as itself. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  if (version === 4) return !NOT_PUBLIC.check(address, 'ipv4');
  const within = ipv4Within(address);
  return within === null ? !NOT_PUBLIC.check(address, 'ipv6') : isPublicAddress(within);
}

/** Of `::ffff:a.b.c.d` and of `64:ff9b::a.b.c.d`, through which networks of IPv6 alone reach IPv4. */
function ipv4Within(address: string): string | null {
  const { hostname } = new URL(`http://[${address.split('%', 1)[0]}]`); // writes it in one way
  const [, high = '', low = ''] = /^\[(?:::ffff|64:ff9b:):([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (high === '') return null;
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((part) => [
    part >> 8,
    part & 255,
  ]);
  return bytes.join('.');
}

/**
 * Looks a name up for a connection, and fails when any of its addresses is not public. The connection is made to what
 * was looked up here: a name that leads elsewhere a moment later leads nowhere.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  const all: LookupAllOptions = { ...options, all: true };
  lookup(hostname, all, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const inner = found.find(({ address }) => !isPublicAddress(address));
    if (inner !== undefined) return callback(notPublic(hostname, inner.address), '', 0);
    const [first] = found as [LookupAddress, ...LookupAddress[]];
    if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

/** Why nothing is fetched from there. */
export function notPublic(hostname: string, address: string): NodeJS.ErrnoException {
  const where = hostname === address ? hostname : `${hostname} leads to ${address}, which`;
  return Object.assign(new Error(`${where} is no address of the public internet`), { code: 'ENOTPUBLIC' });
}
