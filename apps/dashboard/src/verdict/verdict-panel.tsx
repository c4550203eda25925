'use client';

import { useState } from 'react';
import type { Appearance } from '../chart/palette.ts';
import { strandsOf } from '../chart/strand.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { METRIC_TEXT } from '../comparison/metric.ts';
import { metricText } from '../comparison/number-text.ts';
import { Choice } from '../components/choice.tsx';
import { Segmented } from '../components/segmented.tsx';
import type { VerdictFieldsFragment, VerdictMetric } from '../graphql/generated/graphql.ts';
import { IntervalPlot } from './interval-plot.tsx';
import { FIRST_QUESTION, useVerdict, type VerdictQuestion } from './use-verdict.ts';
import { DECISION_TEXT, differenceText, pText } from './verdict-text.ts';

const METRICS: readonly VerdictMetric[] = ['VAL_ACCURACY', 'VAL_LOSS', 'ACCURACY', 'LOSS'];

/** Which contender is better, by how much, and how sure that is; in sentences, and with every figure on request. */
export function VerdictPanel({
  comparison,
  initial,
}: {
  comparison: Comparison;
  initial: VerdictFieldsFragment;
}) {
  const [question, setQuestion] = useState<VerdictQuestion>(FIRST_QUESTION);
  const verdict = useVerdict(comparison, initial, question);
  if (verdict.standings.length < 2) return null;
  const looks = new Map<string, Appearance>();
  for (const { runs, look } of strandsOf(comparison.runs, 'together')) {
    const id = runs[0]!.group.id;
    if (!looks.has(id)) looks.set(id, look);
  }
  const { metric, moment } = question;
  return (
    <section aria-labelledby="verdict-title" className="panel px-4 py-3" data-verdict="">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="verdict-title" className="text-lg font-semibold">
          Verdict
        </h2>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 sm:ml-auto">
          <Choice
            label="By"
            value={metric}
            choices={METRICS.map((value) => ({ value, text: METRIC_TEXT[value].title }))}
            onChange={(chosen) => setQuestion({ ...question, metric: chosen })}
          />
          <Segmented<VerdictQuestion['moment']>
            label="After"
            value={moment}
            choices={[
              { value: 'LAST', text: 'Last epoch' },
              { value: 'BEST', text: 'Best epoch' },
            ]}
            onChange={(chosen) => setQuestion({ ...question, moment: chosen })}
          />
        </div>
      </div>
      <ul className="mt-2 space-y-1" aria-live="polite">
        {verdict.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div className="mt-4">
        <IntervalPlot
          standings={verdict.standings}
          noise={verdict.evaluationNoise}
          looks={looks}
          text={(value) => metricText(metric, value)}
        />
      </div>
      <p className="mt-2 text-xs text-muted">
        Means over seeds with 95 % intervals.
        {verdict.evaluationNoise === null
          ? ''
          : ' Shaded: what other validation images might turn, around the best.'}
      </p>
      <details className="mt-2 text-sm">
        <summary className="text-muted">Every pair, and how it was judged</summary>
        <div className="overflow-x-auto">
          <table className="mt-2 w-full border-collapse">
            <thead>
              <tr className="border-b border-line text-left text-xs text-muted">
                {['Pair', 'Difference', '95 % interval', 'Seeds', 'Higher in', 'p, corrected'].map(
                  (heading) => (
                    <th key={heading} scope="col" className="px-2 py-1.5 font-medium whitespace-nowrap">
                      {heading}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {verdict.pairs.map((pair) => (
                <tr
                  key={`${pair.first.id} ${pair.second.id}`}
                  className="border-b border-line last:border-b-0"
                >
                  <th scope="row" className="px-2 py-1.5 text-left font-normal">
                    <strong className="font-semibold">{pair.first.label}</strong>{' '}
                    {DECISION_TEXT[pair.decision]}{' '}
                    <strong className="font-semibold">{pair.second.label}</strong>
                  </th>
                  <td className="px-2 whitespace-nowrap">{differenceText(metric, pair.difference)}</td>
                  <td className="px-2 whitespace-nowrap">
                    {pair.low === null || pair.high === null
                      ? '–'
                      : `${differenceText(metric, pair.low)} to ${differenceText(metric, pair.high)}`}
                  </td>
                  <td className="px-2">{pair.seeds.length}</td>
                  <td className="px-2">{(100 * pair.probabilityOfImprovement).toFixed(0)} %</td>
                  <td className="px-2 whitespace-nowrap">{pText(pair.adjustedP)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="mt-2 text-xs text-muted">
          Differences over the seeds that both have; the interval is the wider of Student’s and the
          bootstrap’s; p of the paired t test, by Holm for all pairs. “Higher in” is the share of pairs of
          seeds in which the first is the higher.
        </p>
      </details>
    </section>
  );
}
