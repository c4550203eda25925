import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-cli-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function optiscope(...args: string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], {
      cwd: directory,
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

describe('wrong arguments are answered by one line and status 2', () => {
  test.each([
    [
      ['trian'],
      /^optiscope: There is no command "trian"; known are compare, .*replay, .*doctor, conformance.*\.\n$/,
    ],
    [['compare', '--epochs', '0'], '--epochs is "0", wanted a whole number from 1 to 10000.'],
    [['compare', '--epochs', 'ten'], '--epochs is "ten", wanted a whole number from 1 to 10000.'],
    [
      ['compare', '--optimizers', 'sgd,adm'],
      /^optiscope: There is no optimizer "adm"; known are sgd, momentum, .*, ranger, .*\.\n$/,
    ],
    [['compare', '--optimizers', 'sgd,sgd'], '--optimizers names "sgd" twice.'],
    [
      ['compare', '--data', 'nowhere'],
      /--data: "nowhere" does not exist\. Wanted is a folder of class folders/,
    ],
    [['compare', '--alpha', '2'], '--alpha is "2", wanted one of 0.35, 0.5, 0.75, 1, 1.3, 1.4.'],
    [
      ['compare', '--engine', 'cuda'],
      '--engine is "cuda", wanted one of auto, onnx, onnx-webgpu, onnx-cuda, tensorflow.',
    ],
    [['compare', '--corrupt', 'ignore'], '--corrupt is "ignore", wanted skip or refuse.'],
    [['compare', '--colour'], /compare: Unknown option '--colour'/],
    [['compare', 'flowers'], 'compare does not take "flowers"; options begin with --.'],
    [['compare', '--learning-rates', 'adam=fast'], /--learning-rates has "adam=fast"/],
    [['replay'], 'replay takes one file. Usage: optiscope replay TRACE.json'],
    [['replay', 'missing.json'], 'The trace "missing.json" cannot be read: it does not exist.'],
    [['features', '--out', 'x'], /--weights is missing\. Usage: optiscope features/],
    [['conformance'], /conformance takes one folder/],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await optiscope(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message instanceof RegExp ? message : `optiscope: ${message}\n`);
  });
});

describe('replay', () => {
  const trace = {
    optimizer: 'momentum',
    hyperparameters: { learningRate: 0.5, momentum: 0.5 },
    initialWeights: [1, -2],
    gradients: [
      [1, 1],
      [2, 0],
    ],
  };

  test('prints the weights after every step', async () => {
    const path = join(directory, 'trace.json');
    await writeFile(path, JSON.stringify(trace));
    const { status, stdout } = await optiscope('replay', path);
    expect(status).toBe(0);
    // v = −0.5·g, then v = 0.5·v − 0.5·g: all exact in binary.
    expect(JSON.parse(stdout)).toEqual({
      weightsAfterStep: [
        [0.5, -2.5],
        [-0.75, -2.75],
      ],
    });
  });

  test('goes through Lookahead where the trace asks for it, on a weight of any shape', async () => {
    const path = join(directory, 'lookahead.json');
    const lookahead = { syncPeriod: 2, slowStepSize: 0.5 };
    await writeFile(path, JSON.stringify({ ...trace, lookahead, shape: [2, 1], role: 'dense' }));
    const { stdout } = await optiscope('replay', path);
    // The second step is half the way from [1, −2] to where it would have led.
    expect(JSON.parse(stdout)).toEqual({
      weightsAfterStep: [
        [0.5, -2.5],
        [0.125, -2.375],
      ],
    });
  });

  test.each([
    ['{', /The trace ".*" is not JSON/],
    [JSON.stringify({ ...trace, initialWeights: 'none' }), /is wrong at initialWeights/],
    [JSON.stringify({ ...trace, shape: [3] }), /has 2 weights, but its shape \[3\] has 3/],
    [JSON.stringify({ ...trace, gradients: [[1]] }), /has 2 weights, but gradient 0 has 1 values/],
    [
      JSON.stringify({ ...trace, hyperparameters: { momentum: 2 } }),
      /momentum is 2, wanted a finite number at least 0 and below 1/,
    ],
  ])('says what is wrong with %s', async (content, message) => {
    const path = join(directory, 'wrong.json');
    await writeFile(path, content);
    const { status, stderr } = await optiscope('replay', path);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('compare', () => {
  test('of the sample prints a table and writes the curves, with a diverged contender as a result', async () => {
    const json = join(directory, 'out.json');
    const { status, stdout } = await optiscope(
      ...[
        'compare',
        '--optimizers',
        'sgd,adam',
        '--learning-rates',
        'sgd=1e38',
        '--epochs',
        '2',
        '--freeze',
        '150',
      ],
      ...[
        '--alpha',
        '0.35',
        '--size',
        '96',
        '--seed',
        '3',
        '--json',
        json,
        '--cache',
        join(directory, 'cache'),
        '--threads',
        '2',
      ],
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^optimizer +lr +loss +accuracy +val_loss +val_accuracy/);
    expect(stdout).toMatch(/SGD \(diverged in epoch 1\) +1e\+38 /);
    expect(stdout).toMatch(/Adam +0\.001/);
    const report = JSON.parse(await readFile(json, 'utf8'));
    expect(report.engine).toMatchObject({ runtime: 'onnx', device: 'cpu', threads: 2 });
    expect(report).toMatchObject({
      trainImages: 600,
      validationImages: 300,
      epochs: 2,
      batchSize: 32,
      seed: 3,
      freezeIndex: 150,
    });
    const { sgd, adam } = report.optimizers;
    for (const series of ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'seconds']) {
      expect(adam[series]).toHaveLength(2);
      for (const value of adam[series]) expect(value).toBeTypeOf('number');
    }
    expect(adam.diverged).toBeNull();
    expect(sgd.diverged).toMatchObject({ epoch: 1, optimizer: 'sgd' });
  });

  test('of a folder without classes says what was found and what is wanted', async () => {
    const empty = join(directory, 'empty');
    await mkdir(empty);
    const { status, stderr } = await optiscope('compare', '--data', empty, '--epochs', '1');
    expect(status).toBe(1);
    expect(stderr).toContain(empty);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('help names every command', async () => {
  const { status, stdout } = await optiscope('--help');
  expect(status).toBe(0);
  for (const name of ['compare', 'replay', 'features', 'doctor', 'conformance'])
    expect(stdout).toContain(`optiscope ${name}`);
});

test('doctor tells the engine, its speed, the database and the data directory', async () => {
  const { status, stdout } = await optiscope('doctor');
  expect(status).toBe(0);
  expect(stdout).toMatch(/Node +v\d+/);
  expect(stdout).toMatch(/onnx.*chosen/s);
  expect(stdout).toMatch(/\d+ images\/s/);
  expect(stdout).toMatch(/database +embedded/i);
  expect(stdout).toMatch(/data directory/i);
  expect(stdout).toMatch(/storage +none/);
});
