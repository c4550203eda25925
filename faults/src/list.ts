import { cutConnection } from './cut-connection.ts';
import type { Fault } from './fault.ts';
import { killedSaving } from './killed-saving.ts';
import { killedTraining } from './killed-training.ts';
import { notFinite } from './not-finite.ts';
import { orderlyStop } from './orderly-stop.ts';
import { postgresKilled } from './postgres-killed.ts';
import { powerCut } from './power-cut.ts';
import { secondProcess } from './second-process.ts';
import { serverKilled } from './server-killed.ts';
import { tornCheckpoint } from './torn-checkpoint.ts';
import { workerKilled } from './worker-killed.ts';

/** Every fault, in the order in which they are injected. */
export const FAULTS: readonly Fault[] = [
  workerKilled,
  serverKilled,
  postgresKilled,
  powerCut,
  secondProcess,
  tornCheckpoint,
  killedSaving,
  killedTraining,
  orderlyStop,
  cutConnection,
  notFinite,
];
