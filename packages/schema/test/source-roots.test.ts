import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateExperimentInput } from '../src/graphql/create-experiment-input.ts';
import { planExperiment } from '../src/store/experiment-plan.ts';

let place: string;
let root: string;

beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'optiscope-roots-')));
  root = join(place, 'data');
  for (const folder of ['data/flowers/rose', 'data-too/rose', 'elsewhere/rose']) {
    await mkdir(join(place, folder), { recursive: true });
  }
  await writeFile(join(place, 'elsewhere', 'secret.h5'), '\x89HDF\r\n\x1a\n', 'latin1');
  await writeFile(join(root, 'weights.h5'), '\x89HDF\r\n\x1a\n', 'latin1');
  await symlink(join(place, 'elsewhere'), join(root, 'out'));
  await symlink(join(root, 'flowers'), join(root, 'in'));
  await symlink(root, join(place, 'by-another-name'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

async function problemsOf(input: CreateExperimentInput, roots: readonly string[] | null): Promise<string[]> {
  const planned = await planExperiment({ ...input, epochs: 1 }, null, roots);
  return 'problems' in planned ? planned.problems.map(({ message }) => message) : [];
}

describe('F5: of the machine nothing is read or told that lies outside the declared folders:', () => {
  const outside: [string, () => string][] = [
    ['a folder beside them', () => join(place, 'elsewhere')],
    ['a folder whose name begins like theirs', () => join(place, 'data-too')],
    ['the way up', () => `${root}/../elsewhere`],
    ['the way up through one that is there', () => `${root}/flowers/../../elsewhere`],
    ['a link that leads out', () => join(root, 'out')],
    ['the way through a link that leads out', () => join(root, 'out', 'rose')],
    ['the root of the machine', () => '/'],
    ['what is not there at all', () => join(place, 'nowhere')],
    ['a home', () => '~'],
  ];
  test.each(outside)('%s', async (_name, path) => {
    for (const input of [
      { datasetPath: path() },
      { data: { folder: { path: path() } } },
      { data: { archive: { path: path() } } },
      { data: { csv: { path: path() } } },
      { data: { flowers102: { path: path() } } },
      { weightsPath: path() },
      { weights: { kerasH5: { path: path() } } },
    ]) {
      const problems = await problemsOf(input, [root]);
      expect(problems).toHaveLength(1);
      // Neither whether it is there nor what it is.
      expect(problems[0]).toContain('does not lie in a folder that this server reads data from');
    }
  });

  test.each(['data\0/flowers', '%2e%2e/elsewhere', '..%2felsewhere', 'file:///etc/passwd'])(
    'the text %j',
    async (path) => {
      expect(await problemsOf({ datasetPath: path }, [root])).toHaveLength(1);
    },
  );

  test('weights through a link that leads out', async () => {
    expect((await problemsOf({ weightsPath: join(root, 'out', 'secret.h5') }, [root]))[0]).toMatch(
      /does not lie in/,
    );
  });
});

test('what lies in a declared folder is taken, by its real path, also where the folder is declared by a link', async () => {
  for (const roots of [[root], [join(place, 'by-another-name')], ['/nowhere', root]]) {
    for (const path of [join(root, 'flowers'), join(root, 'in'), join(root, 'flowers', '..', 'flowers')]) {
      const planned = await planExperiment({ epochs: 1, datasetPath: path }, null, roots);
      expect(planned).toMatchObject({ plan: { data: { kind: 'folder', path: join(root, 'flowers') } } });
    }
    expect(await problemsOf({ weightsPath: join(root, 'weights.h5') }, roots)).toEqual([]);
  }
});

test('where no folder is declared, no path is taken; where nothing is said of them, each is', async () => {
  expect(await problemsOf({ datasetPath: join(root, 'flowers') }, [])).toEqual([
    expect.stringContaining('DATA_ROOTS'),
  ]);
  expect(await problemsOf({ datasetPath: join(place, 'elsewhere') }, null)).toEqual([]);
  expect(await problemsOf({}, [])).toEqual([]); // the sample is no path
});

describe('A4: no address of a network can be given for data or weights:', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:3000/graphql',
    'http://0x7f000001/',
    'https://rebind.example/weights.h5',
    'ftp://127.0.0.1/x',
    'gopher://127.0.0.1:6379/_',
    's3://bucket/key',
    'FILE:///etc/passwd',
    '//host/share',
  ])('%s', async (address) => {
    for (const roots of [null, [root]]) {
      for (const input of [
        { datasetPath: address },
        { data: { folder: { path: address } } },
        { data: { archive: { path: address } } },
        { data: { csv: { path: address } } },
        { data: { flowers102: { path: address } } },
        { weightsPath: address },
        { weights: { kerasH5: { path: address } } },
      ]) {
        expect((await problemsOf(input, roots))[0]).toMatch(/is an address|does not exist|does not lie in/);
      }
    }
  });
});
