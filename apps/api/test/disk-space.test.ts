import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DiskSpace, freeBytes } from '../src/health/disk-space.ts';
import { createLog } from '../src/log.ts';
import { waitingForSpace } from '../src/queue/waiting-runs.ts';
import { startServer } from './server-process.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-space-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('too little space is told once, with what is wanted and what helps, and told when it is over', async () => {
  let free = 400e6;
  const logged: string[] = [];
  const space = await DiskSpace.open({
    directory,
    minFreeBytes: 500e6,
    log: createLog('info', (line) => logged.push(line)),
    freeBytes: async () => free,
  });
  try {
    expect(space.low).toMatch(/has 400 MB free; 500 MB are wanted \(MIN_FREE_BYTES\)/);
    await space.look();
    expect(logged).toHaveLength(1);
    free = 600e6;
    await space.look();
    expect(space.low).toBeNull();
    expect(logged).toHaveLength(2);
    expect(logged[1]).toContain('has space again');
  } finally {
    space.close();
  }
});

test('a run that finds the disk full waits, and fails when it finds it so again and again without getting on', async () => {
  const space = await DiskSpace.open({
    directory,
    minFreeBytes: 0,
    log: createLog('silent'),
    freeBytes: async () => 1e12, // as a quota has it
  });
  try {
    expect(space.low).toBeNull();
    expect(space.noteFull('run')).toBe(true);
    expect(space.low).toContain('is full');
    await space.look();
    expect(space.low).toContain('is full');
    expect([1, 2, 3].map(() => space.noteFull('run'))).toEqual([true, true, true]);
    expect(space.noteFull('another')).toBe(true);
    space.noteSpace('another');
    expect(space.noteFull('run')).toBe(false);
  } finally {
    space.close();
  }
});

test('space is that of the disk that a directory will be on, before there is one', async () => {
  expect(await freeBytes(join(directory, 'not', 'there'))).toBeGreaterThan(0);
});

test('a server short of space takes no run up, and a run, the server and /ready say why', async () => {
  const server = await startServer({ DATA_DIR: directory, MIN_FREE_BYTES: '9007199254740991' });
  try {
    const { createExperiment: made } = await server.ask<{ createExperiment: { id: string } }>(
      'mutation { createExperiment(input: { epochs: 1, contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id } } }',
    );
    const asked = () =>
      server.ask<{ experiment: { runs: { status: string; waitsFor: { reason: string } | null }[] } }>(
        'query ($id: ID!) { experiment(id: $id) { runs { status waitsFor { reason message } } } }',
        { id: made.id },
      );
    await expect.poll(async () => (await asked()).experiment.runs[0]!.waitsFor?.reason).toBe('DISK');
    expect((await asked()).experiment.runs[0]).toMatchObject({
      status: 'QUEUED',
      waitsFor: { message: expect.stringContaining('Free some space') },
    });
    const told = expect.stringContaining('MIN_FREE_BYTES');
    expect(await server.ask('{ server { state { hindrances } } }')).toEqual({
      server: { state: { hindrances: [told] } },
    });
    expect(await (await fetch(`${server.url}/ready`)).json()).toEqual({
      ready: true,
      reasons: [],
      hindrances: [told],
    });
  } finally {
    await server.end('SIGKILL');
  }
});

test('only what waits for room waits for space', () => {
  const told = waitingForSpace(
    new Map([
      ['room', { reason: 'ROOM' as const, message: 'It waits for room.', place: 3 }],
      ['labels', { reason: 'LABELS' as const, message: 'It waits for a label.', place: null }],
    ]),
    'The disk is full.',
  );
  expect(told.get('room')).toEqual({ reason: 'DISK', message: 'The disk is full.', place: 3 });
  expect(told.get('labels')).toMatchObject({ reason: 'LABELS' });
});
