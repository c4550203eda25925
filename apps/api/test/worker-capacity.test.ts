import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readSettings } from '../src/env.ts';
import { judgeMemory, roomInMemory } from '../src/queue/memory-limit.ts';
import { capacityFrom } from '../src/worker-settings.ts';

const GIB = 2 ** 30;

test('a server trains by itself on its own database, and leaves runs to workers on PostgreSQL unless it is told to train', () => {
  const DATABASE_URL = 'postgres://somebody@db/optiscope';
  expect(readSettings({}).WORKERS).toBe(availableParallelism());
  expect(readSettings({ DATABASE_URL }).WORKERS).toBe(0);
  expect(readSettings({ DATABASE_URL, WORKERS: '3' }).WORKERS).toBe(3);
  expect(readSettings({ WORKERS: '0' }).WORKERS).toBe(0);
});

test('labels have no case and no order, memory has units', () => {
  const settings = readSettings({ LABELS: ' GPU, big,gpu ', MAX_MEMORY: '8g' });
  expect(settings).toMatchObject({ LABELS: ['big', 'gpu'], MAX_MEMORY: 8 * GIB });
});

test('six contenders fit at once, unless memory is limited: then each run has a process of its own', () => {
  expect(capacityFrom({ WORKERS: 2 })).toEqual({ processes: 2, runs: 6, memory: null });
  expect(capacityFrom({ WORKERS: 8, CONCURRENCY: 3 })).toEqual({ processes: 3, runs: 3, memory: null });
  const MAX_MEMORY = 4 * GIB;
  expect(capacityFrom({ WORKERS: 2, MAX_MEMORY })).toEqual({ processes: 2, runs: 2, memory: MAX_MEMORY });
  expect(capacityFrom({ WORKERS: 0, MAX_MEMORY })).toMatchObject({ processes: 0, runs: 0 });
});

test('what alone takes more than all may is ended; where they are only too many, the youngest goes', () => {
  const [old, young] = [
    { pid: 1, bytes: 3 * GIB },
    { pid: 2, bytes: 2 * GIB },
  ];
  expect(judgeMemory(5 * GIB, [old, young])).toBeNull();
  expect(judgeMemory(4 * GIB, [old, young])).toEqual({ do: 'GIVE_BACK', pid: 2 });
  expect(judgeMemory(2.5 * GIB, [old, young])).toEqual({ do: 'END', pid: 1, bytes: 3 * GIB });
});

test('as many more runs are taken as fit if each grows to what the largest took', () => {
  expect(roomInMemory(4 * GIB, [], GIB)).toBe(Number.POSITIVE_INFINITY);
  expect(roomInMemory(4 * GIB, [{ pid: 1, bytes: 0 }], GIB)).toBe(3);
  expect(roomInMemory(4 * GIB, [{ pid: 1, bytes: 3 * GIB }], 3 * GIB)).toBe(0);
  expect(roomInMemory(4 * GIB, [{ pid: 1, bytes: GIB }], 0)).toBe(Number.POSITIVE_INFINITY);
});
