import {
  type Claim,
  type Database,
  type EpochReport,
  endRun,
  failAttempt,
  recordEpoch,
  recordNotice,
  recordStarted,
  recordSteps,
  StepsAtOddsError,
} from '@optiscope/schema';
import type { Log } from '../log.ts';
import { tracedOfAttempt } from '../tracing/attempt-spans.ts';
import type { Report } from '../worker/messages.ts';

/**
 * Records what a worker reported, in one transaction with the steps that it carries. False when the run is over for
 * this attempt: the claim no longer holds, or what was reported is at odds with what was recorded before, which fails
 * the run for good.
 */
export async function recordReport(db: Database, claim: Claim, report: Report, log: Log): Promise<boolean> {
  const epoch = report.kind === 'epoch' ? { 'optiscope.epoch': report.report.metrics.epoch } : {};
  return await tracedOfAttempt(claim, `record ${report.kind}`, epoch, () => record(db, claim, report, log));
}

async function record(db: Database, claim: Claim, report: Report, log: Log): Promise<boolean> {
  try {
    const { steps } = report;
    switch (report.kind) {
      case 'started':
        return await recordStarted(db, claim, report.event, steps);
      case 'steps':
        return await recordSteps(db, claim, steps, report.progress);
      case 'notice':
        return await recordNotice(db, claim, report.event, steps);
      case 'epoch':
        return await recordEpochReport(db, claim, { ...report.report, steps }, log);
      case 'end':
        return await endRun(db, claim, report.event, steps);
    }
  } catch (error) {
    if (!(error instanceof StepsAtOddsError)) throw error;
    await failAtOdds(db, claim, error.message, log);
    return false;
  }
}

async function recordEpochReport(
  db: Database,
  claim: Claim,
  report: EpochReport,
  log: Log,
): Promise<boolean> {
  const outcome = await recordEpoch(db, claim, report);
  if (outcome === 'AT_ODDS') {
    const { epoch } = report.metrics;
    await failAtOdds(
      db,
      claim,
      `Epoch ${epoch}, measured again in attempt ${claim.token}, came out otherwise than before.`,
      log,
    );
  }
  return outcome === 'RECORDED';
}

async function failAtOdds(db: Database, claim: Claim, what: string, log: Log): Promise<void> {
  const reason =
    `${what} The data, the weights, the engine or the program has changed since, and the rest would not belong ` +
    'to the same curve. Start the comparison anew.';
  await failAttempt(db, claim, reason, true);
  log.warn(`run ${claim.runId}: ${reason}`);
}
