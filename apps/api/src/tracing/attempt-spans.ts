import type { Span } from '@opentelemetry/api';
import type { Database } from '@optiscope/schema';
import { traceparentOf } from './job-trace.ts';
import { areSpansOn, failed, startSpan, traced, within } from './spans.ts';

/** What an attempt is known by. */
interface Key {
  readonly runId: string;
  readonly token: number;
}

/** Those that this process works on. */
const spans = new Map<string, Span>();

/**
 * Claims a run as the beginning of a span for the attempt, which lasts until the run has left its worker, with all that
 * is recorded of it under it. It is a trace of its own, linked to the request that made the run: the trace of an
 * experiment of 300 runs would have some hundred thousand spans, and no collector keeps such a one. Where the claim gives
 * nothing to work on, its span is forgotten.
 */
export async function tracedClaim<Result>(
  db: Database,
  jobId: string,
  claim: () => Promise<Result>,
): Promise<Result> {
  if (!areSpansOn()) return await claim();
  const span = startSpan('run attempt', { linkedTo: await traceparentOf(db, jobId) });
  const claimed = await within(span, () => traced('claim run', {}, claim));
  if (!isClaim(claimed) || span === undefined) return claimed;
  span.setAttributes({
    'optiscope.experiment.id': claimed.experimentId,
    'optiscope.run.id': claimed.runId,
    'optiscope.attempt': claimed.token,
  });
  spans.set(keyOf(claimed), span);
  return claimed;
}

/** Does something of an attempt, such as recording an epoch, as a span under its own. */
export async function tracedOfAttempt<T>(
  key: Key,
  name: string,
  attributes: Record<string, number>,
  act: () => Promise<T>,
): Promise<T> {
  const span = spans.get(keyOf(key));
  return span === undefined ? await act() : await within(span, () => traced(name, { attributes }, act));
}

/** The attempt is over; as failed, where there is a reason. */
export function attemptOver(key: Key, failure?: string): void {
  const span = spans.get(keyOf(key));
  if (span === undefined) return;
  spans.delete(keyOf(key));
  if (failure !== undefined) failed(span, new Error(failure));
  span.end();
}

function keyOf({ runId, token }: Key): string {
  return `${runId} ${token}`;
}

function isClaim(value: unknown): value is Key & { readonly experimentId: string } {
  return typeof value === 'object' && value !== null && 'runId' in value && 'token' in value;
}
