import { accessRevoked } from './access-revoked.ts';
import { backupRestored } from './backup-restored.ts';
import { burst } from './burst.ts';
import { churn } from './churn.ts';
import { clockSkew } from './clock-skew.ts';
import { cutConnection } from './cut-connection.ts';
import { databaseAway } from './database-away.ts';
import { diskFull } from './disk-full.ts';
import { failingSync } from './failing-sync.ts';
import type { Fault } from './fault.ts';
import { killedSaving } from './killed-saving.ts';
import { killedTraining } from './killed-training.ts';
import { manyClaims } from './many-claims.ts';
import { memoryEaten } from './memory-eaten.ts';
import { notFinite } from './not-finite.ts';
import { orderlyStop } from './orderly-stop.ts';
import { poisonRun } from './poison-run.ts';
import { postgresKilled } from './postgres-killed.ts';
import { powerCut } from './power-cut.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { secondProcess } from './second-process.ts';
import { serverKilled } from './server-killed.ts';
import { sleepingWorker } from './sleeping-worker.ts';
import { slowSubscriber } from './slow-subscriber.ts';
import { starvedHeartbeat } from './starved-heartbeat.ts';
import { topicLeak } from './topic-leak.ts';
import { tornCheckpoint } from './torn-checkpoint.ts';
import { workerKilled } from './worker-killed.ts';
import { workerLost } from './worker-lost.ts';

/** Every fault, in the order in which they are injected. */
export const FAULTS: readonly Fault[] = [
  workerKilled,
  workerLost,
  serverKilled,
  postgresKilled,
  powerCut,
  diskFull,
  failingSync,
  secondProcess,
  backupRestored,
  tornCheckpoint,
  killedSaving,
  killedTraining,
  manyClaims,
  sleepingWorker,
  starvedHeartbeat,
  databaseAway,
  orderlyStop,
  memoryEaten,
  poisonRun,
  clockSkew,
  slowSubscriber,
  burst,
  topicLeak,
  reconnectStorm,
  cutConnection,
  accessRevoked,
  churn,
  notFinite,
];
