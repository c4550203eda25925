import { DatasetError, OptimizerSpecError, RunDiscarded, train, WeightFileError } from '@optiscope/trainer';
import { serveRuns } from './serve-runs.ts';

/** What lies in the data, the weights or the configuration: another attempt would end the same. */
const LASTING = [DatasetError, WeightFileError, OptimizerSpecError];

/** A worker process: forked by the server, ends with it. */
serveRuns(train, {
  isLasting: (error) => LASTING.some((kind) => error instanceof kind),
  discarded: (message) => new RunDiscarded(message),
  isDiscarded: (reason) => reason instanceof RunDiscarded,
});
