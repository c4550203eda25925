import { MISHAP } from '../../apps/api/test/fake-train.ts';
import { ended } from './experiments.ts';
import type { Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

const CREATE =
  'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } } }';
const READ =
  'query ($id: ID!) { experiment(id: $id) { runs { epochs { accuracy valLoss updateRatio nonFinite { metric kind } } } } }';
/** What the stand-in for the trainer tells: NaN, infinity and the least number above zero. */
const WANTED = {
  accuracy: null,
  valLoss: null,
  updateRatio: 5e-324,
  nonFinite: [
    { metric: 'ACCURACY', kind: 'NAN' },
    { metric: 'VAL_LOSS', kind: 'POS_INF' },
  ],
};

/** N1: numbers that JSON does not know keep their kind from the worker to the answer. */
export const notFinite: Fault = {
  id: 'N1',
  name: 'NaN, infinity and denormals, from worker to answer',
  cycles: { pglite: [0, 20], postgresql: [1, 20] },
  takes: [1, 1.2],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory });
    try {
      let wrong = 0;
      for (let cycle = 0; cycle < cycles; cycle++) {
        const { createExperiment: made } = await server.ask<{ createExperiment: { id: string } }>(CREATE, {
          input: {
            epochs: 2,
            batchSize: 1,
            contenders: [{ optimizer: 'sgd', learningRate: MISHAP.diverges }],
          },
        });
        await ended(server, made.id);
        const { experiment } = await server.ask<{ experiment: { runs: { epochs: unknown[] }[] } }>(READ, {
          id: made.id,
        });
        const [epoch] = experiment.runs[0]?.epochs ?? [];
        if (JSON.stringify(epoch) !== JSON.stringify(WANTED)) wrong++;
      }
      return { injected: 3 * cycles, rows: cycles, lost: 0, doubled: 0, wrong };
    } finally {
      await server.end('SIGKILL');
    }
  },
};
