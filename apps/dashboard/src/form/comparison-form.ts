import { settingText } from '../comparison/number-text.ts';
import type {
  ContenderInput,
  CreateExperimentInput,
  ExperimentFieldsFragment,
  NewComparisonQuery,
} from '../graphql/generated/graphql.ts';
import { seedsFrom, seedsText } from './seeds.ts';
import {
  DATA_KINDS,
  dataInput,
  SAMPLE,
  type Source,
  sameSource,
  sourceFrom,
  sourceProblem,
  WEIGHT_KINDS,
  weightsInput,
} from './source.ts';

export type OptimizerText = NewComparisonQuery['optimizers'][number];
export type Preset = NewComparisonQuery['presets'][number];

/** The form as it is typed: numbers are text until they are sent. */
export interface ComparisonForm {
  readonly name: string;
  readonly dataset: Source;
  readonly weights: Source;
  readonly alpha: string;
  readonly inputSize: string;
  readonly freezeIndex: string;
  readonly batchSize: string;
  readonly epochs: string;
  /** Numbers with commas between them, or ranges such as `1-5`. */
  readonly seeds: string;
  readonly contenders: readonly ContenderForm[];
}

export interface ContenderForm {
  /** Tells the rows of one form apart, also of one optimizer. */
  readonly key: string;
  readonly optimizer: string;
  readonly on: boolean;
  readonly learningRate: string;
  /** By name; without the learning rate. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Of Lookahead around it, from the comparison that the form began with; null without. */
  readonly lookahead: { readonly syncPeriod: number; readonly slowStepSize: number } | null;
}

/** The fields that are numbers, with what to call them. */
export const NUMBER_FIELDS = {
  epochs: 'Epochs',
  batchSize: 'Batch size',
  seeds: 'Seeds',
  alpha: 'Width',
  inputSize: 'Input size',
  freezeIndex: 'Freeze index',
} as const;

export const WIDTHS = ['0.35', '0.5', '0.75', '1', '1.3', '1.4'] as const;
export const INPUT_SIZES = ['96', '128', '160', '192', '224'] as const;

const LEARNING_RATE = 'learningRate';

/** The optimizer's hyper-parameters that are not its learning rate, which has a field of its own. */
export function furtherHyperparameters(optimizer: OptimizerText): OptimizerText['hyperparameters'] {
  return optimizer.hyperparameters.filter(({ name }) => name !== LEARNING_RATE);
}

interface Values {
  readonly optimizer: { readonly name: string };
  readonly learningRate: number | null;
  readonly hyperparameters: readonly { readonly name: string; readonly value: number }[];
  readonly lookahead?: ContenderForm['lookahead'];
}

function contenderForm(values: Values, index: number, optimizers: readonly OptimizerText[]): ContenderForm {
  const optimizer = optimizers.find(({ name }) => name === values.optimizer.name);
  const given = new Map(values.hyperparameters.map(({ name, value }) => [name, value]));
  const names = optimizer ? furtherHyperparameters(optimizer) : [];
  return {
    key: `given-${index}`,
    optimizer: values.optimizer.name,
    on: true,
    learningRate: values.learningRate === null ? '' : settingText(values.learningRate),
    lookahead: values.lookahead ?? null,
    hyperparameters: Object.fromEntries(
      names.map(({ name, default: fallback }) => [name, settingText(given.get(name) ?? fallback)]),
    ),
  };
}

/** The form filled in from a preset, with the built-in sample. */
export function formFromPreset(preset: Preset, optimizers: readonly OptimizerText[]): ComparisonForm {
  return {
    name: preset.name,
    dataset: SAMPLE,
    weights: SAMPLE,
    alpha: settingText(preset.alpha),
    inputSize: settingText(preset.inputSize),
    freezeIndex: settingText(preset.freezeIndex),
    batchSize: settingText(preset.batchSize),
    epochs: settingText(preset.epochs),
    seeds: seedsText([preset.seed]),
    contenders: preset.contenders.map((contender, index) => contenderForm(contender, index, optimizers)),
  };
}

/** The form filled in from a comparison that was, to run it again with changes. */
export function formFromExperiment(
  experiment: ExperimentFieldsFragment,
  optimizers: readonly OptimizerText[],
): ComparisonForm {
  const imported = new Set(
    experiment.runs.filter((run) => run.origin === 'IMPORTED').map((run) => run.contender.id),
  );
  return {
    name: experiment.name,
    dataset: sourceFrom(experiment.dataset),
    weights: sourceFrom(experiment.weights),
    alpha: settingText(experiment.alpha),
    inputSize: settingText(experiment.inputSize),
    freezeIndex: settingText(experiment.freezeIndex),
    batchSize: settingText(experiment.batchSize),
    epochs: settingText(experiment.epochs),
    seeds: seedsText(experiment.seeds),
    // What was imported was never trained here.
    contenders: experiment.contenders
      .filter((contender) => !imported.has(contender.id))
      .map((contender, index) => contenderForm(contender, index, optimizers)),
  };
}

/** One more row, with the optimizer's own defaults. */
export function withContender(form: ComparisonForm, optimizer: OptimizerText): ComparisonForm {
  const rate = optimizer.hyperparameters.find(({ name }) => name === LEARNING_RATE)?.default ?? 0.001;
  const like = form.contenders.find((contender) => contender.optimizer === optimizer.name);
  const added: ContenderForm = {
    ...contenderForm({ optimizer, learningRate: rate, hyperparameters: [] }, 0, [optimizer]),
    ...(like ? { learningRate: like.learningRate, hyperparameters: like.hyperparameters } : {}),
    key: `added-${form.contenders.length}-${optimizer.name}-${Math.max(0, ...form.contenders.map(keyNumber)) + 1}`,
  };
  return { ...form, contenders: [...form.contenders, added] };
}

function keyNumber(contender: ContenderForm): number {
  return Number(/(\d+)$/.exec(contender.key)?.[1] ?? 0);
}

/** Problems by the field they belong to; `null` holds those that belong to none in sight. */
export type Problems = ReadonlyMap<string | null, readonly string[]>;

/** The name that a contender's field has in `Problems`. */
export function contenderField(key: string, field: string): string {
  return `contender ${key} ${field}`;
}

export type Checked =
  | { readonly ok: true; readonly input: CreateExperimentInput }
  | { readonly ok: false; readonly problems: Problems };

/**
 * The changes to send for a comparison like the one that the form began with. What the form shows unchanged is left
 * out where the form shows less of it than there is: how data are split, and what to do with images that are damaged.
 */
export function checkedChanges(form: ComparisonForm, initial: ComparisonForm): Checked {
  const checked = checkedInput(form);
  if (!checked.ok) return checked;
  const { data, weights, ...input } = checked.input;
  return {
    ok: true,
    input: {
      ...input,
      ...(!sameSource(form.dataset, initial.dataset) && { data: data ?? null }),
      ...(!sameSource(form.weights, initial.weights) && { weights: weights ?? null }),
    },
  };
}

/**
 * The input to send. Only what the service could not even be told is refused here, such as a number that is
 * none; whether a value is allowed is the service's to say.
 */
export function checkedInput(form: ComparisonForm): Checked {
  const problems = new Map<string | null, string[]>();
  const refuse = (field: string, message: string) =>
    problems.set(field, [...(problems.get(field) ?? []), message]);
  const number = (text: string, field: string, whole: boolean) => {
    const value = text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
    if (!Number.isFinite(value)) {
      refuse(field, `${text.trim() === '' ? 'Nothing' : `“${text.trim()}”`} is not a number.`);
    } else if (whole && !Number.isSafeInteger(value)) {
      refuse(field, `${text.trim()} is not a whole number.`);
    }
    return value;
  };
  const missing = {
    dataset: sourceProblem(form.dataset, DATA_KINDS),
    weights: sourceProblem(form.weights, WEIGHT_KINDS),
  };
  for (const [field, problem] of Object.entries(missing)) if (problem !== null) refuse(field, problem);
  const seeds = seedsFrom(form.seeds);
  if (!seeds.ok) refuse('seeds', seeds.problem);
  const contenders = sentContenders(form).map(
    (contender): ContenderInput => ({
      optimizer: contender.optimizer,
      learningRate: number(contender.learningRate, contenderField(contender.key, LEARNING_RATE), false),
      ...(contender.lookahead && { lookahead: contender.lookahead }),
      hyperparameters: Object.entries(contender.hyperparameters).map(([name, text]) => ({
        name,
        value: number(text, contenderField(contender.key, name), false),
      })),
    }),
  );
  if (contenders.length === 0) refuse('contenders', 'Choose at least one contender.');
  const input: CreateExperimentInput = {
    name: form.name.trim() === '' ? null : form.name.trim(),
    data: dataInput(form.dataset),
    weights: weightsInput(form.weights),
    alpha: number(form.alpha, 'alpha', false),
    inputSize: number(form.inputSize, 'inputSize', true),
    freezeIndex: number(form.freezeIndex, 'freezeIndex', true),
    batchSize: number(form.batchSize, 'batchSize', true),
    epochs: number(form.epochs, 'epochs', true),
    seeds: seeds.ok ? [...seeds.seeds] : [],
    contenders,
  };
  return problems.size === 0 ? { ok: true, input } : { ok: false, problems };
}

function sentContenders(form: ComparisonForm): readonly ContenderForm[] {
  return form.contenders.filter((contender) => contender.on);
}

/** The service's problems, each at the field of this form that it means. */
export function placedProblems(
  form: ComparisonForm,
  problems: readonly { readonly field: string; readonly message: string }[],
): Problems {
  const placed = new Map<string | null, string[]>();
  for (const { field, message } of problems) {
    const place = placeOf(form, field);
    placed.set(place, [...(placed.get(place) ?? []), message]);
  }
  return placed;
}

const OWN_FIELDS = new Set(['preset', 'name', 'weights', 'contenders', ...Object.keys(NUMBER_FIELDS)]);

function placeOf(form: ComparisonForm, field: string): string | null {
  const [first = '', index, second, third] = field.replace(/^input\./, '').split('.');
  if (first === 'data' || first === 'datasetPath') return 'dataset';
  if (first === 'weightsPath') return 'weights';
  if (first === 'seed') return 'seeds';
  if (first !== 'contenders' || index === undefined) return OWN_FIELDS.has(first) ? first : null;
  // The service counts the contenders that were sent, not those that are switched off.
  const contender = sentContenders(form)[Number(index)];
  if (!contender) return 'contenders';
  if (second !== 'hyperparameters') return contenderField(contender.key, second ?? 'optimizer');
  const names = Object.keys(contender.hyperparameters);
  const name = third !== undefined && /^\d+$/.test(third) ? names[Number(third)] : third;
  return contenderField(contender.key, name ?? 'optimizer');
}
