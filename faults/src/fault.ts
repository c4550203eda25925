import type { TestPostgres } from '@optiscope/schema/test-postgres';

/** What one kind of fault did. */
export interface Outcome {
  /** How many times it was injected. */
  readonly injected: number;
  /** Rows that must be there at the end: those that were acknowledged, or the expected set. */
  readonly rows: number;
  readonly lost: number;
  readonly doubled: number;
  /** With other values than they were written with, or an end other than promised. */
  readonly wrong: number;
  /** What was wrong, in words, for those who look for the reason. */
  readonly remarks?: readonly string[];
}

/** Where a fault is injected: into a server on one of the databases, or without a server into the trainer's files. */
export type Place = 'pglite' | 'postgresql' | 'files';

export interface FaultOptions {
  /** How often to inject it. */
  readonly cycles: number;
  /** Whether it may take minutes. */
  readonly long: boolean;
  readonly place: Place;
  /** A new and empty folder. */
  readonly directory: string;
  /** Settings that choose the database. */
  readonly database: Readonly<Record<string, string>>;
  /** The PostgreSQL server; null for the other places, and for a fault that starts its own. */
  readonly postgres: TestPostgres | null;
}

/** How often a fault is injected; one with none in the short form is left out of it unless it is named. */
export type Cycles = readonly [short: number, long: number];

export interface Fault {
  readonly id: string;
  readonly name: string;
  /** Where it is injected, and how often there. */
  readonly cycles: Partial<Readonly<Record<Place, Cycles>>>;
  /** Seconds to begin with, and for each cycle (of the long form, where they differ), on two idle cores: for the estimate. */
  readonly takes: readonly [around: number, cycle: number, longCycle?: number];
  /** What PostgreSQL it wants: one that others use too (the default), one to kill, or none since it starts its own. */
  readonly postgres?: 'shared' | 'own' | 'none';
  /** Why it cannot be injected here; null when it can. */
  readonly unavailable?: (place: Place) => string | null;
  readonly inject: (options: FaultOptions) => Promise<Outcome>;
}

/** Compares what is there with what must be, by key. A key that is there twice is doubled. */
export function compareRows<Row>(
  wanted: ReadonlyMap<string, Row>,
  found: readonly (readonly [key: string, row: Row])[],
): Pick<Outcome, 'rows' | 'lost' | 'doubled' | 'wrong'> {
  const counts = new Map<string, number>();
  let wrong = 0;
  for (const [key, row] of found) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (!wanted.has(key) || JSON.stringify(wanted.get(key)) !== JSON.stringify(row)) wrong++;
  }
  return {
    rows: wanted.size,
    lost: [...wanted.keys()].filter((key) => !counts.has(key)).length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    wrong,
  };
}

/** A whole number of milliseconds between two, both included. */
export function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}
