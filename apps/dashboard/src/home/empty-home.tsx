'use client';

import { VIEW_ONLY } from '../account/viewer.ts';
import { useMayEdit } from '../account/viewer-provider.tsx';
import { appearancesOf } from '../chart/palette.ts';
import { Icon } from '../components/icon.tsx';
import { PageLink } from '../components/page-link.tsx';
import { Swatch } from '../components/swatch.tsx';
import type { HomeQuery } from '../graphql/generated/graphql.ts';
import { useCreate } from '../hooks/use-create.ts';

/** The first visit: one button, and six optimizers learn. */
export function EmptyHome({ preset }: { preset: HomeQuery['presets'][number] | null }) {
  const { creation, create } = useCreate();
  const mayEdit = useMayEdit();
  const optimizers = preset?.contenders.map((contender) => contender.optimizer) ?? [];
  const looks = appearancesOf(optimizers.map((optimizer) => optimizer.name));
  const failure =
    creation.kind === 'failed'
      ? creation.message
      : creation.kind === 'invalid'
        ? creation.problems.map((problem) => problem.message).join(' ')
        : null;
  return (
    <div className="mx-auto max-w-xl py-14 sm:py-20">
      <h1 className="text-3xl font-semibold tracking-tight sm:text-4xl">Which optimizer learns best?</h1>
      <p className="mt-4 text-lg text-muted">
        Train {countWord(optimizers.length)} side by side on the same images, from the same weights, and watch
        their curves as they grow. The built-in sample needs no files and no network.
      </p>
      <ul className="mt-6 flex flex-wrap gap-x-5 gap-y-2">
        {optimizers.map((optimizer, index) => {
          const look = looks[index];
          return (
            <li key={optimizer.name} className="flex items-center gap-2">
              {look ? <Swatch look={look} /> : null}
              {optimizer.label}
            </li>
          );
        })}
      </ul>
      <div className="mt-8 flex flex-wrap items-center gap-3">
        {preset && mayEdit ? (
          <button
            type="button"
            className="button button-primary min-h-11 px-5 text-base"
            disabled={creation.kind === 'working'}
            onClick={() => void create({ preset: preset.id, name: preset.name })}
          >
            <Icon name="play" />
            {creation.kind === 'working' ? 'Starting…' : 'Start the sample comparison'}
          </button>
        ) : null}
        {mayEdit ? (
          <PageLink href="/new" className="button button-quiet min-h-11 text-base">
            Set up your own
          </PageLink>
        ) : (
          <p className="text-muted">There is no comparison yet. {VIEW_ONLY}</p>
        )}
      </div>
      {failure ? (
        <p role="alert" className="mt-3 text-sm text-bad">
          {failure}
        </p>
      ) : null}
      {preset ? (
        <p className="mt-6 text-sm text-muted">
          {preset.name}: {preset.description} {preset.epochs} epochs.
        </p>
      ) : null}
    </div>
  );
}

function countWord(count: number): string {
  const words = ['optimizers', 'one optimizer', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  const word = words[count] ?? String(count);
  return count < 2 ? word : `${word} optimizers`;
}
