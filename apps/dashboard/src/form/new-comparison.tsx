'use client';

import { useEffect, useRef, useState } from 'react';
import { Icon } from '../components/icon.tsx';
import { useCreate } from '../hooks/use-create.ts';
import {
  type ComparisonForm,
  checkedChanges,
  checkedInput,
  formFromPreset,
  INPUT_SIZES,
  NUMBER_FIELDS,
  type OptimizerText,
  type Preset,
  type Problems,
  placedProblems,
  WIDTHS,
} from './comparison-form.ts';
import { ContendersPanel } from './contenders-panel.tsx';
import { Field, ProblemText } from './field.tsx';
import { seedsFrom } from './seeds.ts';
import { DATA_KINDS, WEIGHT_KINDS } from './source.ts';
import { SourceFields } from './source-fields.tsx';

const NONE: Problems = new Map();

/** The form of a new comparison. */
export function NewComparison({
  initial,
  source,
  presets,
  optimizers,
}: {
  initial: ComparisonForm;
  /** The comparison that the form starts from; null when it starts from the first preset. */
  source: { readonly id: string; readonly name: string } | null;
  presets: readonly Preset[];
  optimizers: readonly OptimizerText[];
}) {
  const [form, setForm] = useState(initial);
  const [preset, setPreset] = useState(source === null ? presets[0] : undefined);
  const [problems, setProblems] = useState<Problems>(NONE);
  // A preset that is chosen later replaces all that came from the other comparison.
  const cloned = preset === undefined ? source : null;
  const { creation, create } = useCreate(cloned?.id ?? null);
  const summary = useRef<HTMLDivElement>(null);
  const change = (part: Partial<ComparisonForm>) => setForm((before) => ({ ...before, ...part }));

  // Whoever submits without seeing the fields is taken to what is wrong.
  useEffect(() => {
    if (problems.size > 0) summary.current?.focus();
  }, [problems]);

  const submit = async () => {
    const checked = cloned ? checkedChanges(form, initial) : checkedInput(form);
    if (!checked.ok) {
      setProblems(checked.problems);
      return;
    }
    setProblems(NONE);
    const result = await create(checked.input);
    if (result.kind === 'invalid') setProblems(placedProblems(form, result.problems));
  };

  const on = form.contenders.filter((contender) => contender.on).length;
  const count = [...problems.values()].reduce((sum, messages) => sum + messages.length, 0);
  const number = (field: keyof typeof NUMBER_FIELDS, hint: string) => (
    <Field id={field} label={NUMBER_FIELDS[field]} hint={hint} problems={problems.get(field)}>
      {(control) => (
        <input
          {...control}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          className="field"
          value={form[field]}
          onChange={(event) => change({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
  const choice = (
    field: 'alpha' | 'inputSize',
    values: readonly string[],
    text: (value: string) => string,
    hint: string,
  ) => (
    <Field id={field} label={NUMBER_FIELDS[field]} hint={hint} problems={problems.get(field)}>
      {(control) => (
        <select
          {...control}
          className="field"
          value={form[field]}
          onChange={(event) => change({ [field]: event.target.value })}
        >
          {(values.includes(form[field]) ? values : [...values, form[field]]).map((value) => (
            <option key={value} value={value}>
              {text(value)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );

  return (
    <form
      noValidate
      className="mx-auto max-w-4xl"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1 className="text-2xl font-semibold tracking-tight">New comparison</h1>
      <p className="mt-1 text-muted">
        {preset ? preset.description : source === null ? '' : `With the settings of “${source.name}”.`}
      </p>
      {presets.length > 1 || source !== null ? (
        <div className="mt-4 max-w-md">
          <Field id="preset" label="Start from" problems={problems.get('preset')}>
            {(control) => (
              <select
                {...control}
                className="field"
                value={preset?.id ?? ''}
                onChange={(event) => {
                  const chosen = presets.find(({ id }) => id === event.target.value);
                  if (!chosen) return;
                  setPreset(chosen);
                  setProblems(NONE);
                  setForm({
                    ...formFromPreset(chosen, optimizers),
                    dataset: form.dataset,
                    weights: form.weights,
                  });
                }}
              >
                {source === null ? null : <option value="">{source.name}</option>}
                {presets.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      ) : null}

      {count > 0 || creation.kind === 'failed' ? (
        <div
          ref={summary}
          tabIndex={-1}
          role="alert"
          className="mt-4 rounded-lg border border-bad bg-bad/8 px-4 py-3 text-sm"
        >
          {count > 0 ? (
            <>
              <p className="font-semibold text-bad">
                {count === 1
                  ? 'One thing has to be mended first.'
                  : `${count} things have to be mended first.`}
              </p>
              <ProblemText problems={problems.get(null)} />
            </>
          ) : creation.kind === 'failed' ? (
            <p className="text-bad">{creation.message}</p>
          ) : null}
        </div>
      ) : null}

      <section className="panel mt-5 px-4 py-4 sm:px-5">
        <div className="grid gap-4 sm:grid-cols-3">
          <div className="sm:col-span-3">
            <Field id="name" label="Name" problems={problems.get('name')}>
              {(control) => (
                <input
                  {...control}
                  type="text"
                  autoComplete="off"
                  className="field"
                  value={form.name}
                  placeholder="Made from the contenders when left empty"
                  onChange={(event) => change({ name: event.target.value })}
                />
              )}
            </Field>
          </div>
          {number('epochs', 'Times that every run sees all training images.')}
          {number('batchSize', 'Images per training step.')}
          {number(
            'seeds',
            'Each contender runs once with each, as 1, 2, 3 or 1-5; alike for all contenders.',
          )}
        </div>
      </section>

      <ContendersPanel form={form} optimizers={optimizers} problems={problems} onChange={setForm} />

      <section className="panel mt-4 px-4 py-4 sm:px-5">
        <h2 className="text-lg font-semibold">Data and weights</h2>
        <div className="mt-3 grid gap-6 sm:grid-cols-2">
          <SourceFields
            id="dataset"
            title="Images"
            kinds={DATA_KINDS}
            source={form.dataset}
            problems={problems.get('dataset')}
            onChange={(dataset) => change({ dataset })}
          />
          <SourceFields
            id="weights"
            title="Weights of the backbone"
            kinds={WEIGHT_KINDS}
            source={form.weights}
            problems={problems.get('weights')}
            onChange={(weights) => change({ weights })}
          />
        </div>
      </section>

      <section className="panel mt-4 px-4 py-4 sm:px-5">
        <h2 className="text-lg font-semibold">Model</h2>
        <div className="mt-3 grid gap-4 sm:grid-cols-3">
          {choice('alpha', WIDTHS, (value) => value, 'Width multiplier of MobileNetV2; less is faster.')}
          {choice(
            'inputSize',
            INPUT_SIZES,
            (value) => `${value} × ${value} pixels`,
            'What images are resized to.',
          )}
          {number(
            'freezeIndex',
            'Layers up to this index stay as they are; 142 leaves the last block to train.',
          )}
        </div>
      </section>

      <div className="sticky bottom-0 -mx-4 mt-5 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 border-t border-line bg-page px-4 py-3">
        <p className="text-sm text-muted">
          {runsText(on, form.seeds)}, {form.epochs || '?'} epochs each
        </p>
        <button type="submit" className="button button-primary" disabled={creation.kind === 'working'}>
          <Icon name="play" />
          {creation.kind === 'working' ? 'Starting…' : 'Start the comparison'}
        </button>
      </div>
    </form>
  );
}

/** `6 contenders × 3 seeds = 18 runs` */
function runsText(contenders: number, text: string): string {
  const given = seedsFrom(text);
  const named = `${contenders} ${contenders === 1 ? 'contender' : 'contenders'}`;
  if (!given.ok || given.seeds.length === 1) return named;
  return `${named} × ${given.seeds.length} seeds = ${contenders * given.seeds.length} runs`;
}
