import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../src/env.ts';

function complaint(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

test('nothing has to be set', () => {
  const settings = readSettings({});
  expect(settings).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    WORKERS: availableParallelism(),
    ENGINE: 'auto',
    LOG: 'info',
    ALLOWED_HOSTS: [],
  });
  expect(settings.DATA_DIR).toMatch(/\.optiscope$/);
  expect(settings.DATABASE_URL).toBeUndefined();
  expect(readSettings({ PORT: '', HOST: '' })).toEqual(settings);
});

test('every wrong setting is named at once, with what was got and what was wanted', () => {
  const told = complaint({
    PORT: '70000',
    HOST: 'my host',
    ALLOWED_HOSTS: 'a b',
    DATA_DIR: 'a\0b',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    WORKERS: '-1',
    ENGINE: 'cuda',
    LOG: 'loud',
  });
  expect(told.split('\n').map((line) => line.split(' ', 1)[0])).toEqual([
    'PORT',
    'HOST',
    'ALLOWED_HOSTS',
    'DATA_DIR',
    'DATABASE_URL',
    'WORKERS',
    'ENGINE',
    'LOG',
  ]);
  expect(told).toContain('PORT is "70000"; wanted a whole number from 0 (any free port) to 65535.');
});

test('a wrong DATABASE_URL is not repeated: it may hold a password', () => {
  expect(complaint({ DATABASE_URL: 'mysql://root:hunter2@db/x' })).not.toContain('hunter2');
});

test('folders of data and the limit of operations a minute', () => {
  expect(readSettings({}).DATA_ROOTS).toBeUndefined();
  expect(readSettings({ DATA_ROOTS: '/data, /weights/', RATE_LIMIT: '0' })).toMatchObject({
    DATA_ROOTS: ['/data', '/weights'],
    RATE_LIMIT: 0,
  });
  expect(complaint({ RATE_LIMIT: 'many', DATA_ROOTS: 'a\0b' }).split('\n')).toHaveLength(2);
});
