import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

const noted = new WeakMap<IncomingMessage, string>();

/** Proxies, as addresses and networks, that are believed when they say for whom they ask. */
export function trustedNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * Works out where a request comes from, before anything is answered. Behind proxies it is the last address of
 * X-Forwarded-For that is not a trusted proxy's: what stands before it, whoever asks could have written.
 */
export function noteAddress(request: IncomingMessage, trusted: BlockList): void {
  let address = plain(request.socket.remoteAddress ?? '');
  const told = String(request.headers['x-forwarded-for'] ?? '').split(',');
  while (isTrusted(address, trusted)) {
    const before = plain(told.pop()?.trim() ?? '');
    if (isIP(before) === 0) break;
    address = before;
  }
  noted.set(request, address);
}

/** Where a request comes from, as an IP address. */
export function addressOf(request: IncomingMessage): string | undefined {
  return noted.get(request) ?? request.socket.remoteAddress;
}

/** An IPv4 address that came through an IPv6 socket is an IPv4 address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
