import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpGet } from '../src/download/http-get.ts';
import { isPublicAddress, lookupPublic } from '../src/download/public-address.ts';

describe('A4: an address is one of the public internet or not, however it is written:', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::10.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fd00:ec2::254',
    '2002:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  test.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '193.62.139.1',
    '2a00:1450:4001:80b::201b',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

test('A4: a name that leads to this machine is not connected to', async () => {
  const looked = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
    lookupPublic('localhost', { all: true }, (error) => resolve(error)),
  );
  expect(looked?.code).toBe('ENOTPUBLIC');
  expect(looked?.message).toMatch(/localhost leads to .*, which is no address of the public internet/);
});

describe('A4: redirects', () => {
  let server: Server;
  let port: number;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
      if (to === null) response.end('reached');
      else response.writeHead(302, { location: to }).end();
    });
    server.listen(0, '::'); // all that names this machine leads here
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });

  const redirected = async (to: string): Promise<string> => {
    const answer = await httpGet(`http://127.0.0.1:${port}/?to=${encodeURIComponent(to)}`, {}, undefined);
    let text = '';
    for await (const piece of answer.body) text += String(piece);
    return text;
  };

  test.each([
    ['another name of this machine', () => `http://localhost:${port}/`],
    ['another of its addresses', () => `http://127.0.0.2:${port}/`],
    ['itself by IPv6', () => `http://[::1]:${port}/`],
    ['itself by IPv4 within IPv6', () => `http://[::ffff:127.0.0.1]:${port}/`],
    ['another address as a hexadecimal number', () => `http://0x7f000002:${port}/`],
    ['another address as a decimal number', () => `http://2130706434:${port}/`],
    ['the addresses of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['an inner network', () => 'http://10.0.0.1/'],
  ])('to %s are not followed', async (_name, to) => {
    asked.length = 0;
    await expect(redirected(to())).rejects.toThrow(/no address of the public internet/);
    expect(asked).toHaveLength(1);
  });

  test('of this machine to itself are', async () => {
    expect(await redirected(`http://127.0.0.1:${port}/`)).toBe('reached');
    expect(await redirected('/')).toBe('reached');
    expect(await redirected(`http://0x7f000001:${port}/`)).toBe('reached'); // the same address, written otherwise
  });

  test('to what is not the web are not followed', async () => {
    await expect(redirected('file:///etc/passwd')).rejects.toThrow(/redirects to file:/);
    await expect(redirected('gopher://127.0.0.1:6379/_')).rejects.toThrow(/redirects to gopher:/);
  });
});
