'use client';

import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { type Comparison, hasEnded } from '../comparison/comparison.ts';
import {
  VerdictDocument,
  type VerdictFieldsFragment,
  type VerdictMetric,
  type VerdictMoment,
} from '../graphql/generated/graphql.ts';

export interface VerdictQuestion {
  readonly metric: VerdictMetric;
  readonly moment: Exclude<VerdictMoment, 'EPOCH'>;
}

export const FIRST_QUESTION: VerdictQuestion = { metric: 'VAL_ACCURACY', moment: 'LAST' };

/** Runs that end together are judged together. */
const GATHER_MS = 500;

/** The verdict on a comparison, made anew whenever a run ends; what was known stays in sight until then. */
export function useVerdict(
  comparison: Comparison,
  initial: VerdictFieldsFragment,
  { metric, moment }: VerdictQuestion,
): VerdictFieldsFragment {
  const client = useClient();
  const [verdict, setVerdict] = useState(initial);
  const { id, runs } = comparison;
  const ended = runs.map((run) => `${run.id} ${hasEnded(run) ? run.status : ''}`).join();
  const known = useRef(`${FIRST_QUESTION.metric} ${FIRST_QUESTION.moment} ${ended}`);

  useEffect(() => {
    const asked = `${metric} ${moment} ${ended}`;
    if (known.current === asked) return;
    let left = false;
    const timer = setTimeout(async () => {
      const variables = { id, metric, moment };
      const { data } = await client.query(VerdictDocument, variables, { requestPolicy: 'network-only' });
      if (left || !data?.experiment) return;
      known.current = asked;
      setVerdict(data.experiment.verdict);
    }, GATHER_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [client, id, metric, moment, ended]);

  return verdict;
}
