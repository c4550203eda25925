import { type DataSource, PRESETS, type Preset, RunConfig, type WeightsSource } from '@optiscope/trainer';
import type { ContenderInput, CreateExperimentInput } from '../graphql/create-experiment-input.ts';
import type { SharedSettings } from '../tables/experiment.ts';
import { MOST_RUNS } from './add-runs.ts';
import { experimentName, nameProblem } from './labels.ts';
import { type PlannedContender, planContenders } from './plan-contenders.ts';
import { type Placement, planPlacement } from './plan-placement.ts';
import { planSeeds } from './plan-seeds.ts';
import { planSettings, problemOfIssue } from './plan-settings.ts';
import { planData, planWeights } from './plan-sources.ts';
import type { InputProblem } from './refusal.ts';
import type { SourceRoots } from './source-path.ts';

/** What one asked for, checked and with every default filled in. */
export interface ExperimentPlan
  extends Pick<
      RunConfig,
      'data' | 'weights' | 'alpha' | 'inputSize' | 'freezeIndex' | 'batchSize' | 'epochs'
    >,
    Placement {
  readonly name: string;
  readonly settings: SharedSettings;
  /** Each contender runs once with each. */
  readonly seeds: readonly number[];
  readonly contenders: readonly PlannedContender[];
}

/** Where the values come from that an input leaves out. */
export interface Basis {
  readonly name: string | null;
  readonly data: DataSource | null;
  readonly weights: WeightsSource | null;
  readonly alpha: number;
  readonly inputSize: number;
  readonly freezeIndex: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly settings: SharedSettings;
  readonly contenders: readonly ContenderInput[];
  readonly placement: Placement;
}

const DEFAULT_PRESET = 'six-optimizers';
/** A weight file is of the full width and size as a rule; the sample's backbone is small. */
const DEFAULT_PRESET_WITH_WEIGHTS = 'six-optimizers-imagenet';

/** The plan, or everything that is wrong with the input at once. What it leaves out comes from its preset, or from the basis. Data and weights are read from the roots only. */
export async function planExperiment(
  input: CreateExperimentInput,
  given: Basis | null = null,
  roots: SourceRoots = null,
): Promise<{ plan: ExperimentPlan } | { problems: InputProblem[] }> {
  const problems: InputProblem[] = [];
  if (given !== null && input.preset != null) {
    problems.push({
      field: 'preset',
      message: `The preset "${input.preset}" is given, but what is left out comes from the experiment that is cloned; leave it out, or create an experiment.`,
    });
  }
  const basis = given ?? basisOf(presetNamed(input.preset ?? defaultPreset(input), problems));
  const contenders = planContenders(input.contenders ?? basis.contenders, problems);
  const data = await planData(input, basis.data, roots, problems);
  const weights = await planWeights(input, basis.weights, roots, problems);
  const name = input.name?.trim() ?? basis.name;
  const wrongName = name === null ? null : nameProblem(name);
  if (wrongName !== null) {
    problems.push({ field: 'name', message: `${wrongName} Leave it out to have one made.` });
  }
  const seeds = planSeeds(input, basis.seeds, problems);
  const shared = RunConfig.pick({
    alpha: true,
    inputSize: true,
    freezeIndex: true,
    batchSize: true,
    epochs: true,
  }).safeParse(
    {
      alpha: input.alpha ?? basis.alpha,
      inputSize: input.inputSize ?? basis.inputSize,
      freezeIndex: input.freezeIndex ?? basis.freezeIndex,
      batchSize: input.batchSize ?? basis.batchSize,
      epochs: input.epochs ?? basis.epochs,
    },
    { reportInput: true },
  );
  if (!shared.success) problems.push(...shared.error.issues.map((issue) => problemOfIssue(issue)));
  const settings = planSettings(
    { ...basis.settings, ...input.settings },
    shared.data?.epochs ?? basis.epochs,
    problems,
  );
  const placement = planPlacement(
    {
      priority: input.priority ?? basis.placement.priority,
      workerLabels: input.workerLabels ?? basis.placement.workerLabels,
    },
    problems,
  );
  const count = contenders.length * seeds.length;
  if (count > MOST_RUNS) {
    problems.push({
      field: 'seeds',
      message: `${contenders.length} contenders with ${seeds.length} seeds are ${count} runs; at most ${MOST_RUNS} are possible.`,
    });
  }
  if (problems.length > 0 || !shared.success) return { problems };
  const labels = contenders.map(({ label }) => label);
  return {
    plan: {
      ...shared.data,
      ...placement,
      data,
      weights,
      settings,
      seeds,
      contenders,
      name: name ?? experimentName(labels, data),
    },
  };
}

function defaultPreset({ weights, weightsPath }: CreateExperimentInput): string {
  const full = weightsPath != null || weights?.kerasH5 != null || weights?.imagenet != null;
  return full ? DEFAULT_PRESET_WITH_WEIGHTS : DEFAULT_PRESET;
}

function presetNamed(id: string, problems: InputProblem[]): Preset {
  const preset = PRESETS.find((candidate) => candidate.id === id);
  if (preset === undefined) {
    const known = PRESETS.map((candidate) => candidate.id).join(', ');
    problems.push({ field: 'preset', message: `There is no preset "${id}"; known are ${known}.` });
  }
  // Without its preset the rest is still checked, against the default one, so that all is named at once.
  return preset ?? PRESETS.find((candidate) => candidate.id === DEFAULT_PRESET)!;
}

function basisOf(preset: Preset): Basis {
  const { alpha, inputSize, freezeIndex, batchSize, epochs, seed } = preset;
  return {
    name: null,
    data: null,
    weights: null,
    alpha,
    inputSize,
    freezeIndex,
    batchSize,
    epochs,
    seeds: [seed],
    settings: {},
    placement: { priority: 0, workerLabels: [] },
    contenders: preset.contenders.map(({ name, hyperparameters, lookahead }) => ({
      optimizer: name,
      hyperparameters: Object.entries(hyperparameters).map(([name, value]) => ({ name, value })),
      lookahead: lookahead ?? null,
    })),
  };
}
