import { serveRuns } from '../src/worker/serve-runs.ts';
import { fakeTrain, LastingError } from './fake-train.ts';

serveRuns(fakeTrain, {
  isLasting: (error) => error instanceof LastingError,
  discarded: (message) => new Error(message, { cause: 'discarded' }),
  isDiscarded: (reason) => reason instanceof Error && reason.cause === 'discarded',
});
