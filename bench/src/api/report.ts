/** One line of the table. */
export interface Line {
  readonly label: string;
  /** What is measured, and its unit. */
  readonly cells: readonly (readonly [name: string, value: string])[];
}

/** What a part of the benchmark has to tell. */
export interface PartReport {
  readonly title: string;
  readonly lines: readonly Line[];
  /** What must not be: rows that were missed, connections that were lost. Empty when all is well. */
  readonly faults: readonly string[];
}

const LABEL = 58;

/** A part as text: a head with the cells' names wherever they change, and a line for each label. */
export function printed({ title, lines, faults }: PartReport): string {
  const text = [title];
  let names = '';
  for (const { label, cells } of lines) {
    const widths = cells.map(([name, value]) => Math.max(name.length, value.length, 6) + 2);
    const head = cells.map(([name], place) => name.padStart(widths[place]!)).join('');
    if (head !== names) text.push(`${' '.repeat(LABEL)}${head}`);
    names = head;
    text.push(
      `${label.padEnd(LABEL)}${cells.map(([, value], place) => value.padStart(widths[place]!)).join('')}`,
    );
  }
  for (const fault of faults) text.push(`NOT AS IT MUST BE: ${fault}`);
  return `${text.join('\n')}\n`;
}

/** Milliseconds as the cells p50, p95 and p99. */
export function latencyCells(latencies: Float64Array): [string, string][] {
  const sorted = latencies.toSorted();
  return ([0.5, 0.95, 0.99] as const).map((share) => [
    `p${100 * share} ms`,
    quantileOfSorted(sorted, share).toFixed(1),
  ]);
}

export function p99(latencies: Float64Array): number {
  return quantileOfSorted(latencies.toSorted(), 0.99);
}

function quantileOfSorted(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–';
}
