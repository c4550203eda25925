import type { AttemptRow, continuity } from '../tables/attempt.ts';
import { builder } from './builder.ts';
import { Run } from './run.ts';

const ContinuityKind = builder.enumType('ContinuityKind', {
  description: 'How an attempt goes on from what was recorded before it.',
  values: {
    FIRST: { description: 'Nothing had been recorded.' },
    EXACT: { description: 'From its checkpoint, bit for bit as if it had never been interrupted.' },
    ELSEWHERE: {
      description:
        'From its checkpoint, on another machine, engine or version: the last bits of its numbers may differ.',
    },
    ANEW: {
      description:
        'From the beginning, without a checkpoint: what was recorded is measured again and must come out the same.',
    },
  } satisfies Record<(typeof continuity.enumValues)[number], object>,
});

export const Continuity = builder
  .objectRef<{ readonly kind: NonNullable<AttemptRow['continuity']>; readonly note: string }>('Continuity')
  .implement({
    description: 'How an attempt goes on from what was recorded before it.',
    fields: (t) => ({
      kind: t.expose('kind', { type: ContinuityKind }),
      note: t.exposeString('note', {
        description: 'As sentences: from where, why not from further on, what it means for the numbers.',
      }),
    }),
  });

builder.objectField(Run, 'continuity', (t) =>
  t.field({
    type: Continuity,
    nullable: true,
    description: 'How its last attempt that began to train goes on; null before the first.',
    resolve: async (run, _args, { load }) => {
      const begun = ((await load.attemptsOf(run.id)) ?? []).findLast(
        (attempt) => attempt.continuity !== null,
      );
      if (begun === undefined || begun.continuity === null) return null;
      return { kind: begun.continuity, note: begun.continuityNote ?? '' };
    },
  }),
);
