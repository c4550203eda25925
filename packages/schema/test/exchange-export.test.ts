import { eq } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { LOCAL_OWNER } from '../src/access/viewer.ts';
import type { Database } from '../src/database/database.ts';
import { exportCsv } from '../src/exchange/export-csv.ts';
import { exportJson } from '../src/exchange/export-json.ts';
import { exportNotesCsv } from '../src/exchange/export-notes.ts';
import { exportTensorboard } from '../src/exchange/export-tensorboard.ts';
import { type Selection, selectedRuns } from '../src/exchange/exported-runs.ts';
import { readCurves } from '../src/exchange/read-curves.ts';
import { annotate, deleteAnnotation } from '../src/store/annotations.ts';
import { comment } from '../src/store/comments.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordSteps } from '../src/store/record-steps.ts';
import { isRefusal } from '../src/store/refusal.ts';
import { stepBatch } from '../src/store/step-batch.ts';
import { experiments } from '../src/tables/experiment.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';

async function selected(db: Database, selection: Partial<Selection> & Pick<Selection, 'experimentIds'>) {
  const whole: Selection = { runIds: null, metrics: null, rows: 'epochs', ...selection };
  const found = await selectedRuns(db, whole);
  if (found === null) throw new Error('nothing was found');
  return { ...found, selection: whole };
}

async function all<Piece>(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const got: Piece[] = [];
  for await (const piece of pieces) got.push(piece);
  return got;
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  return (await all(pieces)).join('');
}

describeOnBoth('exports', (opened) => {
  async function trained(db: Database) {
    const { experiment, runs } = await anExperiment(db, { contenders: 1 });
    await db
      .update(experiments)
      .set({ name: '=Rates, "one" and ½' })
      .where(eq(experiments.id, experiment.id));
    const claim = await claimed(db, runs[0]!);
    await recordEpoch(db, claim, epochReport(1, { loss: 1 / 3 }));
    await recordEpoch(db, claim, epochReport(2, { loss: Number.NaN, valLoss: Number.NEGATIVE_INFINITY }));
    const steps = stepBatch(1, [
      { loss: 0.1, gradientNorm: 2, learningRate: 0.1, seconds: 0.5 },
      { loss: Number.POSITIVE_INFINITY, gradientNorm: 3, learningRate: 0.1, seconds: 0.25 },
    ]);
    await recordSteps(db, claim, [steps], null);
    return { experiment, run: runs[0]! };
  }

  test('as CSV keep every digit and kind, quote names, and can be imported again', async (context) => {
    const { db } = opened(context);
    const { experiment, run } = await trained(db);
    const { runs, selection } = await selected(db, {
      experimentIds: [experiment.id],
      metrics: ['loss', 'valLoss'],
    });
    const csv = await whole(exportCsv(db, runs, selection));
    const head = `${experiment.id},"'=Rates, ""one"" and ½",${run.id},SGD,sgd,${run.seed},TRAINED`;
    expect(csv.split('\r\n')).toEqual([
      'experiment_id,experiment,run_id,contender,optimizer,seed,origin,epoch,loss,val_loss',
      `${head},1,0.3333333333333333,2`,
      `${head},2,NaN,-Infinity`,
      '',
    ]);
    expect(readCurves(new TextEncoder().encode(csv), null)).toEqual([
      {
        name: 'SGD',
        rows: [
          { epoch: 1, values: { loss: 1 / 3, valLoss: 2 } },
          { epoch: 2, values: { loss: Number.NaN, valLoss: Number.NEGATIVE_INFINITY } },
        ],
      },
    ]);
    const steps = await whole(exportCsv(db, runs, { ...selection, rows: 'steps' }));
    expect(steps.split('\r\n').slice(1)).toEqual([
      `${head},1,0.1,2,0.1,0.5`,
      `${head},2,Infinity,3,0.1,0.25`,
      '',
    ]);
  });

  test('as JSON are one document, in which what is not finite is null and named', async (context) => {
    const { db } = opened(context);
    const { experiment, run } = await trained(db);
    const {
      experiments: found,
      runs,
      selection,
    } = await selected(db, { experimentIds: [experiment.id], rows: 'steps' });
    expect(JSON.parse(await whole(exportJson(db, found, runs, selection)))).toMatchObject({
      format: 'optiscope-export',
      experiments: [
        {
          id: experiment.id,
          freezeIndex: experiment.freezeIndex,
          runs: [
            {
              id: run.id,
              contender: { label: 'SGD', hyperparameters: { learningRate: 0.1 } },
              epochs: {
                epoch: [1, 2],
                loss: [1 / 3, null],
                val_loss: [2, null],
                nonFinite: [
                  { column: 'loss', epoch: 2, kind: 'NAN' },
                  { column: 'val_loss', epoch: 2, kind: 'NEG_INF' },
                ],
              },
              steps: {
                step: [1, 2],
                loss: [0.1, null],
                nonFinite: [{ column: 'loss', step: 2, kind: 'POS_INF' }],
              },
            },
          ],
        },
      ],
    });
  });

  test("as TensorBoard's files are a folder a run, and can be imported again", async (context) => {
    const { db } = opened(context);
    const { experiment } = await trained(db);
    const { runs, selection } = await selected(db, {
      experimentIds: [experiment.id],
      metrics: ['valLoss'],
      rows: 'steps',
    });
    const zip = Buffer.concat(await all(exportTensorboard(db, runs, selection)));
    const files = Object.entries(unzipSync(zip));
    expect(files).toHaveLength(1);
    const [path, content] = files[0]!;
    expect(path).toMatch(
      /^_Rates_one_and_½\/SGD-seed\d+-[0-9a-f]{6}\/events\.out\.tfevents\.\d+\.optiscope$/u,
    );
    expect(readCurves(content, null)[0]!.rows).toEqual([
      { epoch: 1, values: { valLoss: 2 } },
      { epoch: 2, values: { valLoss: Number.NEGATIVE_INFINITY } },
    ]);
  });

  test('carry what the team noted, without what was deleted, as JSON and as CSV that no spreadsheet runs', async (context) => {
    const { db } = opened(context);
    const { experiment } = await trained(db);
    const place = { metric: 'loss', axis: 'EPOCH', from: 1, to: 2, contenderId: null, seed: null } as const;
    const note = async (body: string) => {
      const answer = await annotate(db, LOCAL_OWNER, experiment.id, { ...place, body });
      if (isRefusal(answer)) throw new Error(answer.message);
      return answer.noteId!;
    };
    const id = await note('=SUM(A1), "quoted"\nin two lines');
    await comment(db, LOCAL_OWNER, id, 'I see');
    await deleteAnnotation(db, LOCAL_OWNER, await note('gone'), true);
    const { experiments: found, runs, selection } = await selected(db, { experimentIds: [experiment.id] });
    expect(JSON.parse(await whole(exportJson(db, found, runs, selection)))).toMatchObject({
      experiments: [
        {
          annotations: [
            {
              id,
              author: null,
              body: '=SUM(A1), "quoted"\nin two lines',
              metric: 'loss',
              axis: 'EPOCH',
              from: 1,
              to: 2,
              contender: null,
              comments: [{ body: 'I see', author: null }],
            },
          ],
        },
      ],
    });
    const csv = await whole(exportNotesCsv(db, found));
    expect(csv.split('\r\n')).toEqual([
      'experiment_id,experiment,annotation_id,comment_id,author,created_at,edited_at,resolved_at,metric,axis,from,to,contender,seed,body',
      expect.stringMatching(/,,[^,]+Z,,,loss,EPOCH,1,2,,,"'=SUM\(A1\), ""quoted""\nin two lines"$/),
      expect.stringMatching(/,,[^,]+Z,,,,,,,,,I see$/),
      '',
    ]);
  });

  test('of what is not there are none', async (context) => {
    const { db } = opened(context);
    const { experiment } = await trained(db);
    const selection = { runIds: null, metrics: null, rows: 'epochs' as const };
    for (const id of ['none', crypto.randomUUID()]) {
      expect(await selectedRuns(db, { ...selection, experimentIds: [experiment.id, id] })).toBeNull();
      expect(
        await selectedRuns(db, { ...selection, experimentIds: [experiment.id], runIds: [id] }),
      ).toBeNull();
    }
  });
});
