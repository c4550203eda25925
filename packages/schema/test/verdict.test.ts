import type { DivergedEvent, FinishedEvent } from '@optiscope/trainer';
import { expect, test } from 'vitest';
import type { OpenDatabase } from '../src/database/database.ts';
import { createExperiment } from '../src/store/create-experiment.ts';
import { endRun } from '../src/store/end-run.ts';
import { planExperiment } from '../src/store/experiment-plan.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordStarted } from '../src/store/record-started.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { claimed, epochReport, runsOf, STARTED } from './fixtures.ts';

interface Answer {
  readonly experiment: {
    readonly verdict: {
      readonly sentences: readonly string[];
      readonly evaluationNoise: number | null;
      readonly standings: readonly {
        contender: { label: string };
        mean: number;
        seeds: number;
        diverged: number;
      }[];
      readonly pairs: readonly {
        first: { label: string };
        second: { label: string };
        difference: number;
        low: number;
        high: number;
        p: number;
        adjustedP: number;
        decision: string;
      }[];
    };
  };
}

const VERDICT = `query ($id: ID!, $metric: VerdictMetric! = VAL_ACCURACY, $moment: VerdictMoment! = LAST, $epoch: Int) {
  experiment(id: $id) { verdict(metric: $metric, moment: $moment, epoch: $epoch) {
    sentences
    evaluationNoise
    standings { contender { label } mean interquartileMean low high seeds diverged open }
    pairs { first { label } second { label } seeds difference low high probabilityOfImprovement p adjustedP decision }
  } }
}`;

/** Each contender's validation accuracies by seed, of one epoch after the other; null: the run diverged there. */
type Results = Readonly<Record<string, readonly (readonly (number | null)[])[]>>;

const FINISHED: FinishedEvent = {
  type: 'finished',
  epochs: 2,
  seconds: 2,
  reason: 'epochs',
  bestEpoch: 1,
  restoredEpoch: null,
};
const DIVERGED: DivergedEvent = {
  type: 'diverged',
  optimizer: 'sgd',
  epoch: 1,
  step: 1,
  loss: 'NAN',
  weight: null,
  lastFiniteLoss: null,
  message: 'The loss is not a number.',
  suggestion: null,
};

async function trained({ db }: OpenDatabase, results: Results): Promise<string> {
  const labels = Object.keys(results);
  const seeds = results[labels[0]!]!.map((_, index) => index + 1);
  const planned = await planExperiment({
    epochs: 2,
    seeds,
    contenders: labels.map((label, index) => ({ optimizer: 'sgd', learningRate: index + 1, label })),
  });
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  const { id } = await createExperiment(db, planned.plan, null, async () => undefined);
  for (const run of await runsOf(db, id)) {
    const of = results[labels[run.position % labels.length]!]![run.seed - 1]!;
    const claim = await claimed(db, run);
    await recordStarted(db, claim, STARTED, []);
    for (const [index, valAccuracy] of of.entries()) {
      if (valAccuracy !== null) await recordEpoch(db, claim, epochReport(index + 1, { valAccuracy }));
    }
    await endRun(db, claim, of.includes(null) ? { ...DIVERGED, epoch: of.length } : FINISHED);
  }
  return id;
}

describeOnBoth('the verdict', (opened) => {
  test('is of the runs that finished, seed by seed, with every figure that its sentences are made of', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const id = await trained(database, {
      Adam: [
        [0.5, 0.9],
        [0.5, 0.91],
        [0.5, 0.9],
      ],
      RMSprop: [
        [0.7, 0.6],
        [0.7, 0.64],
        [0.7, 0.62],
      ],
      Fast: [[0.3, 0.2], [null], [0.3, 0.25]],
    });
    const { experiment } = await ask<Answer>(service, VERDICT, { id });
    const { sentences, standings, pairs, evaluationNoise } = experiment.verdict;
    expect(standings.map(({ contender, seeds, diverged }) => [contender.label, seeds, diverged])).toEqual([
      ['Adam', 3, 0],
      ['RMSprop', 3, 0],
      ['Fast', 2, 1],
    ]);
    // scipy.stats.ttest_rel([.9, .91, .9], [.6, .64, .62]), SciPy 1.17.1
    const pair = pairs.find(({ second }) => second.label === 'RMSprop')!;
    expect(pair).toMatchObject({ first: { label: 'Adam' }, decision: 'BETTER' });
    expect(pair.difference).toBeCloseTo(0.28333333333333, 12);
    expect(pair.p).toBeCloseTo(0.000968, 5);
    expect(pair.adjustedP).toBeGreaterThan(pair.p);
    // Half the interval of a difference of shares of 300 images (STARTED), at the height of the best.
    expect(evaluationNoise).toBeCloseTo(1.959964 * Math.sqrt((2 * 0.90333333 * 0.09666667) / 300), 5);
    expect(sentences[0]).toMatch(
      /^Adam beats RMSprop by 28\.3 points \(95 % interval 24\.5 to 32\.1, 3 seeds\)/,
    );
    expect(sentences).toContain('Fast diverged with 1 of 3 seeds.');
  });

  test('is another at the best epoch, at a budget, and of a loss', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const id = await trained(database, {
      Late: [
        [0.1, 0.9],
        [0.2, 0.9],
      ],
      Early: [
        [0.8, 0.3],
        [0.8, 0.2],
      ],
    });
    const leader = async (variables: Record<string, unknown>) =>
      (await ask<Answer>(service, VERDICT, { id, ...variables })).experiment.verdict.standings[0]!;
    expect(await leader({})).toMatchObject({ contender: { label: 'Late' }, mean: 0.9 });
    expect(await leader({ moment: 'EPOCH', epoch: 1 })).toMatchObject({
      contender: { label: 'Early' },
      mean: 0.8,
    });
    expect(await leader({ moment: 'BEST' })).toMatchObject({ contender: { label: 'Late' } });
    // The loss of epoch 2 is 1 for all, and of epoch 1 it is 2: Early's best epoch is its first.
    expect(await leader({ moment: 'BEST', metric: 'VAL_LOSS' })).toMatchObject({
      contender: { label: 'Late' },
      mean: 1,
    });
  });
});
