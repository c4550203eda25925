'use client';

import { useState } from 'react';
import { hasSeveralSeeds, strandsOf } from '../chart/strand.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { seedSummaries } from '../comparison/seed-summary.ts';
import type { SummaryRow } from '../comparison/summary.ts';
import { Segmented } from '../components/segmented.tsx';
import { SeedTable } from './seed-table.tsx';
import { SummaryTable } from './summary-table.tsx';

type RowOf = 'contender' | 'run';

/** What was reached and what it cost: by contender over its seeds where there are several, and run by run. */
export function SummaryPanel({
  comparison,
  rows,
  accept,
}: {
  comparison: Comparison;
  rows: readonly SummaryRow[];
  accept(loaded: Comparison): void;
}) {
  const several = hasSeveralSeeds(comparison.runs);
  const [by, setBy] = useState<RowOf>('contender');
  const together = several && by === 'contender';
  return (
    <section aria-labelledby="summary-title" className="panel">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-1">
        <h2 id="summary-title" className="text-lg font-semibold">
          Summary
        </h2>
        {several ? (
          <Segmented<RowOf>
            label="One row for each"
            value={by}
            choices={[
              { value: 'contender', text: 'Contender' },
              { value: 'run', text: 'Run' },
            ]}
            onChange={setBy}
          />
        ) : null}
      </div>
      {together ? (
        <SeedTable summaries={seedSummaries(strandsOf(comparison.runs, 'together'), rows)} />
      ) : (
        <SummaryTable comparison={comparison} rows={rows} accept={accept} />
      )}
    </section>
  );
}
