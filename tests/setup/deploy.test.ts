import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readSettings, settingsHelp } from '../../apps/api/src/env.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');

const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).optional(),
});
const Compose = z.object({
  services: z.object({ database: Service, server: Service, worker: Service }),
  volumes: z.record(z.string(), z.unknown()),
});

const compose = Compose.parse(parse(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'), { merge: true }));

/** The lines of an environment file. */
function assignments(file: string): Record<string, string> {
  const lines = readFileSync(join(DEPLOY, file), 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The environment as the compose file gives it, with what `.env` is to say. */
function environmentOf(service: z.output<typeof Service>): Record<string, string> {
  const env: Record<string, string> = {
    ...assignments('example.env'),
    DATABASE_PASSWORD: '5f0a',
    AUTH_SECRET: 'x'.repeat(64),
  };
  return Object.fromEntries(
    Object.entries(service.environment).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, variable: string, kind?: string, rest = '') => {
        const given = env[variable] ?? '';
        if (given === '' && kind === '?') throw new Error(`${variable} is not in example.env`);
        return given === '' && kind === '-' ? rest : given;
      }),
    ]),
  );
}

test('the compose file’s settings are settings, for the server and for its workers', () => {
  const server = readSettings(environmentOf(compose.services.server));
  expect(server).toMatchObject({
    HOST: '0.0.0.0',
    ACCOUNTS: 'on',
    DATABASE_URL: 'postgres://optiscope:5f0a@database:5432/optiscope',
    DATA_ROOTS: ['/images'],
  });
  expect(readSettings(environmentOf(compose.services.worker))).toMatchObject({
    DATABASE_URL: server.DATABASE_URL,
    DATA_DIR: server.DATA_DIR,
    WORKERS: 2,
    HEALTH_PORT: 3001,
  });
  for (const { environment } of [compose.services.server, compose.services.worker]) {
    for (const name of Object.keys(environment)) {
      expect(name.startsWith('OTEL_') || settingsHelp().includes(`  ${name}`), name).toBe(true);
    }
  }
});

test('every program and every volume that the compose file and the units name is there', () => {
  const programs = [compose.services.server, compose.services.worker].map(({ command }) => command?.[1]);
  for (const unit of ['optiscope.service', 'optiscope-worker.service']) {
    const [, program] = /^ExecStart=\S+ (\S+)$/m.exec(readFileSync(join(DEPLOY, unit), 'utf8')) ?? [];
    programs.push(program);
  }
  for (const service of Object.values(compose.services)) {
    if (service.healthcheck.test[1] === 'node') programs.push(service.healthcheck.test[2]);
    if (service.build) programs.push(service.build.dockerfile);
    for (const volume of service.volumes) {
      const [name] = volume.split(':');
      if (!volume.startsWith('$')) expect(compose.volumes, volume).toHaveProperty(name!);
    }
    for (const needed of Object.keys(service.depends_on ?? {}))
      expect(compose.services).toHaveProperty(needed);
  }
  const dockerfile = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
  programs.push(...[...dockerfile.matchAll(/"node", "([^"]+)"/g)].map(([, program]) => program));
  expect(programs.length).toBeGreaterThan(8);
  for (const program of programs) expect(existsSync(join(ROOT, program ?? '?')), program).toBe(true);
});

test('systemd takes the units as they are', (context) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) context.skip('systemd is not installed');
  for (const unit of ['optiscope.service', 'optiscope-worker.service']) {
    const { stderr } = spawnSync('systemd-analyze', ['verify', join(DEPLOY, unit)], { encoding: 'utf8' });
    const complaints = stderr.split('\n').filter((line) => line.includes('optiscope'));
    // The program is not where it is to be installed.
    expect(complaints.filter((line) => !line.includes('/opt/optiscope'))).toEqual([]);
  }
});

test('a probe tells by its status whether an address answers well', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/ready' ? 503 : 200).end('the database does not answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const probe = (path: string) =>
    new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, [join(DEPLOY, 'probe.mjs'), `${base}${path}`], {
        stdio: 'ignore',
      });
      child.once('exit', resolve);
      child.once('error', reject);
    });
  expect(await probe('/health')).toBe(0);
  expect(await probe('/ready')).toBe(1);
  server.closeAllConnections();
  server.close();
  expect(await probe('/health')).toBe(1);
});
