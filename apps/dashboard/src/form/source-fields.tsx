'use client';

import { Field, ProblemText } from './field.tsx';
import type { Source, SourceKind } from './source.ts';

/** Where images or weights come from: one of some kinds, and where that needs one, a path on the server's machine. */
export function SourceFields({
  id,
  title,
  kinds,
  source,
  problems,
  onChange,
}: {
  id: string;
  title: string;
  kinds: readonly SourceKind[];
  source: Source;
  problems: readonly string[] | undefined;
  onChange(source: Source): void;
}) {
  const path = kinds.find(({ kind }) => kind === source.kind)?.path ?? null;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{title}</legend>
      {kinds.map(({ kind, text }) => (
        <label key={kind} className="flex items-center gap-2 py-0.5">
          <input
            type="radio"
            name={`${id}-kind`}
            checked={source.kind === kind}
            onChange={() => onChange({ ...source, kind })}
            className="accent-[var(--action)]"
          />
          {text}
        </label>
      ))}
      {path ? (
        <div className="mt-2 pl-6">
          <Field id={id} label={path.label} hint={path.hint} problems={problems}>
            {(control) => (
              <input
                {...control}
                type="text"
                className="field font-mono text-sm"
                value={source.path}
                placeholder={path.placeholder}
                spellCheck={false}
                autoCapitalize="off"
                autoComplete="off"
                onChange={(event) => onChange({ ...source, path: event.target.value })}
              />
            )}
          </Field>
        </div>
      ) : (
        <ProblemText problems={problems} />
      )}
    </fieldset>
  );
}
