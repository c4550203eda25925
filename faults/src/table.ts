import type { Fault, Outcome, Place } from './fault.ts';

/** What became of a fault at one place. */
export interface Result {
  readonly fault: Fault;
  readonly place: Place;
  readonly seconds: number;
  /** What it did; or why it is not there; or the error that it ended in. */
  readonly outcome: Outcome | { readonly notHere: string } | { readonly error: string };
}

export interface Table {
  head(): string;
  line(result: Result): string;
}

const COLUMNS = ['id', 'on', 'fault', 'injected', 'rows', 'lost', 'doubled', 'wrong', 'seconds'];
const WIDTHS = [6, 11, 66, 8, 8, 6, 8, 6, 8];
const PLACES: Readonly<Record<Place, string>> = {
  pglite: 'embedded',
  postgresql: 'PostgreSQL',
  files: 'files',
};

/** For a terminal. */
export const plain: Table = {
  head: () => aligned(COLUMNS),
  line: (result) => aligned(cells(result)),
};

/** For notes. */
export const markdown: Table = {
  head: () => `${bars(COLUMNS)}\n|---|---|---|---:|---:|---:|---:|---:|---:|`,
  line: (result) => {
    const shown = cells(result);
    return bars([...shown, ...Array<string>(COLUMNS.length - shown.length).fill('')]);
  },
};

function cells({ fault, place, seconds, outcome }: Result): string[] {
  const begin = [fault.id, PLACES[place]];
  if ('notHere' in outcome) return [...begin, `${fault.name}: not here, ${outcome.notHere}`];
  if ('error' in outcome) return [...begin, `${fault.name}: ${outcome.error}`];
  const { injected, rows, lost, doubled, wrong } = outcome;
  return [...begin, fault.name, ...[injected, rows, lost, doubled, wrong].map(String), seconds.toFixed(1)];
}

function aligned(shown: readonly string[]): string {
  return shown
    .map((cell, column) => (column < 3 ? cell.padEnd(WIDTHS[column]!) : cell.padStart(WIDTHS[column]!)))
    .join(' ')
    .trimEnd();
}

function bars(shown: readonly string[]): string {
  return `| ${shown.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
