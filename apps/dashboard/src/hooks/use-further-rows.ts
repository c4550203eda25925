'use client';

import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { type Comparison, hasEnded } from '../comparison/comparison.ts';
import { type EpochRow, mergeRows, rowsFromSeries } from '../comparison/epoch-row.ts';
import { FurtherSeriesDocument } from '../graphql/generated/graphql.ts';

export type RowsByRun = Readonly<Record<string, readonly EpochRow[]>>;

/** New epochs of all runs within this time are asked for together. */
const GATHER_MS = 1_500;

/**
 * The rows of what is drawn on request, asked for once it is wanted and then as far as they are new; null until they
 * are there.
 */
export function useFurtherRows(comparison: Comparison, wanted: boolean): RowsByRun | null {
  const client = useClient();
  const [rows, setRows] = useState<RowsByRun | null>(null);
  const latest = useRef<RowsByRun | null>(null);
  const { id, runs } = comparison;
  const recorded = runs.map((run) => `${run.id} ${run.lastEpoch}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `recorded` is all of `runs` that decides.
  useEffect(() => {
    if (!wanted) return;
    const known = latest.current;
    const behind = runs.filter((run) => (known?.[run.id]?.at(-1)?.epoch ?? 0) < run.lastEpoch);
    if (known !== null && behind.length === 0) return;
    let left = false;
    const ask = async () => {
      // From the run that is furthest behind, among those that have more: what others have comes again unchanged.
      const after = Math.min(...behind.map((run) => known?.[run.id]?.at(-1)?.epoch ?? 0));
      const variables = { id, after: known === null || !Number.isFinite(after) ? 0 : after };
      const { data } = await client.query(FurtherSeriesDocument, variables, {
        requestPolicy: 'network-only',
      });
      if (left || !data?.experiment) return;
      const news = data.experiment.runs.map((run): [string, readonly EpochRow[]] => [
        run.id,
        mergeRows(latest.current?.[run.id] ?? [], rowsFromSeries(run.series)),
      ]);
      latest.current = { ...latest.current, ...Object.fromEntries(news) };
      setRows(latest.current);
    };
    const timer = setTimeout(ask, known === null || runs.every(hasEnded) ? 0 : GATHER_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [client, id, recorded, wanted]);

  return rows;
}
