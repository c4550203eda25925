import type { Changes, Comparison, Run, RunEvent } from '../src/comparison/comparison.ts';
import type { EpochRow } from '../src/comparison/epoch-row.ts';
import type { EpochFieldsFragment } from '../src/graphql/generated/graphql.ts';

/** A run as the service would describe it. */
export function run(position: number, optimizer: string, more: Partial<Run> = {}): Run {
  return {
    id: `run-${position}`,
    label: optimizer.toUpperCase(),
    seed: 1,
    status: 'RUNNING',
    reason: null,
    attempt: 1,
    origin: 'TRAINED',
    importedFrom: null,
    phase: 'TRAINING',
    phaseDone: 0,
    phaseTotal: 100,
    secondsLeft: null,
    lastEpoch: 0,
    group: { id: `contender-${position}`, label: optimizer.toUpperCase() },
    contender: {
      id: `run-${position}`,
      position,
      label: optimizer.toUpperCase(),
      learningRate: 0.1,
      optimizer: { name: optimizer, label: optimizer.toUpperCase() },
    },
    ...more,
  };
}

/** One epoch's row; a string stands for a value that is not finite. */
export function row(
  epoch: number,
  values: Partial<
    Record<'LOSS' | 'ACCURACY' | 'VAL_LOSS' | 'VAL_ACCURACY', number | 'NAN' | 'POS_INF' | 'NEG_INF'>
  >,
  seconds = 2,
): EpochRow {
  const entries = Object.entries(values);
  return {
    epoch,
    values: {
      ...Object.fromEntries(
        entries.map(([metric, value]) => [metric, typeof value === 'number' ? value : null]),
      ),
      TRAIN_SECONDS: seconds,
      EVALUATION_SECONDS: 0.5,
    },
    kinds: Object.fromEntries(entries.filter(([, value]) => typeof value === 'string')),
  };
}

export function comparison(
  runs: Run[],
  rows: Record<string, EpochRow[]> = {},
  more: Partial<Comparison> = {},
): Comparison {
  return {
    id: 'comparison',
    batchSize: 32,
    name: 'A comparison',
    createdAt: '2026-11-22T12:00:00.000Z',
    deletedAt: null,
    status: 'RUNNING',
    epochs: 20,
    cursor: 10,
    runs,
    rows: Object.fromEntries(runs.map((one) => [one.id, rows[one.id] ?? []])),
    events: [],
    ...more,
  };
}

/** An epoch as it arrives over the subscription. */
export function epoch(runId: string, number: number, loss: number | null = 1 / number): EpochFieldsFragment {
  return {
    runId,
    epoch: number,
    loss,
    accuracy: 0.5,
    valLoss: 1,
    valAccuracy: 0.5,
    trainSeconds: 2,
    evaluationSeconds: 0.5,
    nonFinite: loss === null ? [{ metric: 'LOSS', kind: 'NAN' }] : [],
  };
}

export function event(
  id: string,
  runId: string,
  kind: RunEvent['kind'],
  more: Partial<RunEvent> = {},
): RunEvent {
  return {
    id,
    runId,
    kind,
    epoch: null,
    step: null,
    message: 'It happened.',
    at: '2026-11-22T12:00:01.000Z',
    ...more,
  };
}

export function changes(
  cursor: number,
  more: Partial<Omit<Changes, 'runs'>> & { runs?: Run[] } = {},
): Changes {
  const findings = {
    trainImages: 600,
    validationImages: 300,
    trainableParameters: 1000,
    totalParameters: 2000,
    skippedImages: 0,
    engine: null,
  };
  const { runs = [], ...rest } = more;
  return {
    cursor,
    status: 'RUNNING',
    experiment: { name: 'A comparison', epochs: 20, deletedAt: null },
    epochs: [],
    events: [],
    ...rest,
    runs: runs.map((one) => ({ ...findings, ...one })),
  };
}
