'use client';

import { useState } from 'react';
import { Field } from '../form/field.tsx';

/** As long as the service wants it. */
const SHORTEST = 10;
const LONGEST = 128;

/** A password, hidden until its reader wants to see it. */
export function PasswordField({
  id,
  label,
  value,
  isNew,
  onChange,
}: {
  id: string;
  label: string;
  value: string;
  /** One that is being chosen; else one that is known already. */
  isNew: boolean;
  onChange(value: string): void;
}) {
  const [shown, setShown] = useState(false);
  return (
    <Field id={id} label={label} hint={isNew ? `At least ${SHORTEST} characters.` : undefined}>
      {(control) => (
        <span className="relative block">
          <input
            {...control}
            className="field pr-16"
            type={shown ? 'text' : 'password'}
            autoComplete={isNew ? 'new-password' : 'current-password'}
            autoCapitalize="none"
            spellCheck={false}
            required
            minLength={isNew ? SHORTEST : undefined}
            maxLength={LONGEST}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <button
            type="button"
            className="absolute inset-y-1 right-1 rounded-md px-2.5 text-sm text-muted hover:bg-sunken hover:text-ink"
            aria-pressed={shown}
            aria-label={`Show the ${label.toLowerCase()}`}
            onClick={() => setShown(!shown)}
          >
            {shown ? 'Hide' : 'Show'}
          </button>
        </span>
      )}
    </Field>
  );
}
