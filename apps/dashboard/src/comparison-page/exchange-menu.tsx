'use client';

import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { useMayEdit } from '../account/viewer-provider.tsx';
import type { Comparison } from '../comparison/comparison.ts';
import { Icon } from '../components/icon.tsx';
import { type Reference, useExchange } from '../hooks/use-exchange.ts';
import { ImportDialog } from './import-dialog.tsx';

const ITEM =
  'flex min-h-9 cursor-default items-center rounded-md px-3 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-sunken';

const EXPORTS = [
  { path: '.csv', text: 'Epochs as CSV' },
  { path: '.csv?rows=steps', text: 'Steps as CSV' },
  { path: '.json', text: 'Everything but the steps as JSON' },
  { path: '/tensorboard.zip?rows=steps', text: 'Files for TensorBoard' },
] as const;

/** Curves out of a comparison, and curves from elsewhere into it. */
export function ExchangeMenu({
  comparison,
  accept,
}: {
  comparison: Comparison;
  accept(loaded: Comparison): void;
}) {
  const exchange = useExchange(comparison.id, accept);
  const [references, setReferences] = useState<readonly Reference[]>([]);
  const [importing, setImporting] = useState(false);
  const mayEdit = useMayEdit();
  const [problem, setProblem] = useState<string | null>(null);
  const add = async (reference: string) => setProblem(await exchange.addReference(reference));
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2">
      {problem ? (
        <p role="alert" className="text-sm text-bad">
          {problem}
        </p>
      ) : null}
      <DropdownMenu.Root
        onOpenChange={(open) => {
          if (open && mayEdit) void exchange.references().then(setReferences);
        }}
      >
        <DropdownMenu.Trigger className="button" disabled={exchange.busy}>
          <Icon name="arrowDown" />
          {mayEdit ? 'Export, add' : 'Export'}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={6}
            className="z-40 min-w-44 rounded-lg border border-line bg-raised p-1 shadow-xl"
          >
            {EXPORTS.map(({ path, text }) => (
              <DropdownMenu.Item key={path} className={ITEM} asChild>
                <a href={`/export/${encodeURIComponent(comparison.id)}${path}`} download="">
                  {text}
                </a>
              </DropdownMenu.Item>
            ))}
            {mayEdit ? (
              <>
                <DropdownMenu.Separator className="my-1 h-px bg-line" />
                <DropdownMenu.Item className={ITEM} onSelect={() => setImporting(true)}>
                  Add curves from a file…
                </DropdownMenu.Item>
              </>
            ) : null}
            {references.map(({ id, name, description }) => (
              <DropdownMenu.Item key={id} className={ITEM} title={description} onSelect={() => void add(id)}>
                Add: {name}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <ImportDialog
        open={importing}
        busy={exchange.busy}
        onClose={() => setImporting(false)}
        onImport={exchange.importFile}
      />
    </div>
  );
}
