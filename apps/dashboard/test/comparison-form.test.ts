import { expect, test } from 'vitest';
import {
  type ComparisonForm,
  checkedChanges,
  checkedInput,
  contenderField,
  formFromPreset,
  type OptimizerText,
  type Preset,
  placedProblems,
  withContender,
} from '../src/form/comparison-form.ts';
import { seedsFrom, seedsText } from '../src/form/seeds.ts';
import type { Source } from '../src/form/source.ts';

const hyperparameter = (name: string, value: number) => ({
  name,
  label: name,
  description: name,
  default: value,
  min: 0,
  exclusiveMin: false,
  max: null,
  exclusiveMax: false,
  integer: false,
});
const optimizers: OptimizerText[] = [
  { name: 'sgd', label: 'SGD', summary: '', hyperparameters: [hyperparameter('learningRate', 0.01)] },
  {
    name: 'adam',
    label: 'Adam',
    summary: '',
    hyperparameters: [
      hyperparameter('learningRate', 0.001),
      hyperparameter('beta1', 0.9),
      hyperparameter('epsilon', 1e-7),
    ],
  },
];
const preset: Preset = {
  id: 'two',
  name: 'Two optimizers',
  description: '',
  epochs: 20,
  batchSize: 32,
  seed: 1,
  alpha: 0.35,
  inputSize: 96,
  freezeIndex: 142,
  contenders: [
    { optimizer: { name: 'sgd' }, learningRate: 0.1, hyperparameters: [] },
    { optimizer: { name: 'adam' }, learningRate: 0.001, hyperparameters: [{ name: 'beta1', value: 0.8 }] },
  ],
};
const form = formFromPreset(preset, optimizers);

function problemsOf(changed: Partial<ComparisonForm>) {
  const checked = checkedInput({ ...form, ...changed });
  return checked.ok ? {} : Object.fromEntries(checked.problems);
}

test('an untouched preset is sent as it is, with the sample and every hyper-parameter', () => {
  expect(checkedInput(form)).toEqual({
    ok: true,
    input: {
      name: 'Two optimizers',
      data: { sample: true },
      weights: { sample: true },
      alpha: 0.35,
      inputSize: 96,
      freezeIndex: 142,
      batchSize: 32,
      epochs: 20,
      seeds: [1],
      contenders: [
        { optimizer: 'sgd', learningRate: 0.1, hyperparameters: [] },
        {
          optimizer: 'adam',
          learningRate: 0.001,
          hyperparameters: [
            { name: 'beta1', value: 0.8 },
            { name: 'epsilon', value: 1e-7 },
          ],
        },
      ],
    },
  });
});

test('a form that began with a comparison sends its sources only when they were changed', () => {
  const began: ComparisonForm = { ...form, dataset: { kind: 'archive', path: '/data/flowers.zip' } };
  const sent = (changed: Partial<ComparisonForm>) => {
    const checked = checkedChanges({ ...began, ...changed }, began);
    return checked.ok ? checked.input : checked.problems;
  };
  const untouched = sent({});
  expect(untouched).toMatchObject({ epochs: 20, contenders: [{ optimizer: 'sgd' }, { optimizer: 'adam' }] });
  for (const left of ['datasetPath', 'data', 'weightsPath', 'weights', 'seed']) {
    expect(untouched).not.toHaveProperty(left);
  }
  expect(sent({ seeds: '2, 4', dataset: { kind: 'sample', path: '/data/flowers.zip' } })).toMatchObject({
    seeds: [2, 4],
    data: { sample: true },
  });
  const weights = { kind: 'kerasH5', path: '/w.h5' };
  expect(sent({ weights, dataset: { kind: 'folder', path: '/data/other' } })).toMatchObject({
    data: { folder: { path: '/data/other' } },
    weights: { kerasH5: { path: '/w.h5' } },
  });
});

test('a number that is none is refused beside its field, and all of them at once', () => {
  const contenders = form.contenders.map((one) => ({ ...one, learningRate: 'fast' }));
  const problems = problemsOf({ epochs: '', batchSize: '2.5', contenders });
  expect(problems).toEqual({
    epochs: ['Nothing is not a number.'],
    batchSize: ['2.5 is not a whole number.'],
    [contenderField('given-0', 'learningRate')]: ['“fast” is not a number.'],
    [contenderField('given-1', 'learningRate')]: ['“fast” is not a number.'],
  });
});

test('a decimal comma is understood', () => {
  const contenders = form.contenders.map((one) => ({ ...one, learningRate: '0,05' }));
  const checked = checkedInput({ ...form, contenders });
  expect(checked.ok && checked.input.contenders?.map((one) => one.learningRate)).toEqual([0.05, 0.05]);
});

test('a path is asked for only where a path was chosen', () => {
  for (const kind of ['folder', 'archive', 'csv']) {
    expect(problemsOf({ dataset: { kind, path: ' ' } })).toHaveProperty('dataset');
  }
  expect(problemsOf({ weights: { kind: 'kerasH5', path: '' } })).toHaveProperty('weights');
  expect(problemsOf({ dataset: { kind: 'sample', path: ' ' } })).toEqual({});
  const checked = checkedInput({ ...form, weights: { kind: 'kerasH5', path: ' /w.h5 ' } });
  expect(checked.ok && checked.input.weights).toEqual({ kerasH5: { path: '/w.h5' } });
});

test('what is fetched needs no path, and takes one where it may', () => {
  const sent = (dataset: Source, weights: Source) => {
    const checked = checkedInput({ ...form, dataset, weights });
    return checked.ok ? { data: checked.input.data, weights: checked.input.weights } : checked.problems;
  };
  const imagenet = { kind: 'imagenet', path: '' };
  expect(sent({ kind: 'flowers102', path: '' }, imagenet)).toEqual({
    data: { flowers102: {} },
    weights: { imagenet: true },
  });
  expect(sent({ kind: 'flowers102', path: '/f' }, imagenet)).toMatchObject({
    data: { flowers102: { path: '/f' } },
  });
});

test('seeds are numbers or ranges, each once; anything else is refused beside the field', () => {
  expect(seedsFrom('1, 2 3;2')).toEqual({ ok: true, seeds: [1, 2, 3] });
  expect(seedsFrom('1-3, 10')).toEqual({ ok: true, seeds: [1, 2, 3, 10] });
  for (const text of ['', 'one', '3-1', '1-1000', '-1', '1.5'])
    expect(problemsOf({ seeds: text })).toHaveProperty('seeds');
  expect(seedsText([1, 2, 3])).toBe('1, 2, 3');
  expect(seedsText([4, 5, 6, 7])).toBe('4-7');
  expect(seedsFrom(seedsText([4, 5, 6, 7, 9]))).toEqual({ ok: true, seeds: [4, 5, 6, 7, 9] });
});

test('a comparison without contenders is refused', () => {
  const contenders = form.contenders.map((one) => ({ ...one, on: false }));
  expect(problemsOf({ contenders })).toHaveProperty('contenders');
});

test('the service’s problems stand beside the row they mean, though rows above it are switched off', () => {
  const [first, ...rest] = form.contenders;
  const changed = { ...form, contenders: [{ ...(first ?? expect.fail('no row')), on: false }, ...rest] };
  const placed = placedProblems(changed, [
    { field: 'contenders.0.learningRate', message: 'too low' },
    { field: 'contenders.0.hyperparameters.epsilon', message: 'too small' },
    { field: 'contenders.0.hyperparameters.0.value', message: 'too large' },
    { field: 'epochs', message: 'too many' },
    { field: 'data.folder.path', message: 'no folder' },
    { field: 'seeds.1', message: 'too low a seed' },
    { field: 'something.else', message: 'unknown' },
  ]);
  expect(Object.fromEntries([...placed].map(([field, messages]) => [String(field), messages]))).toEqual({
    [contenderField('given-1', 'learningRate')]: ['too low'],
    [contenderField('given-1', 'epsilon')]: ['too small'],
    [contenderField('given-1', 'beta1')]: ['too large'],
    epochs: ['too many'],
    dataset: ['no folder'],
    seeds: ['too low a seed'],
    null: ['unknown'],
  });
});

test('an added contender starts like its twin and has a key of its own, however many there are', () => {
  const adam = optimizers[1] ?? expect.fail('no optimizer');
  const more = withContender(withContender(form, adam), adam);
  expect(more.contenders.map((one) => one.learningRate)).toEqual(['0.1', '0.001', '0.001', '0.001']);
  expect(more.contenders[2]?.hyperparameters).toEqual({ beta1: '0.8', epsilon: '1e-7' });
  expect(new Set(more.contenders.map((one) => one.key)).size).toBe(4);
});
