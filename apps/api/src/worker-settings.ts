import { availableParallelism } from 'node:os';
import { z } from 'zod';

const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .refine((value) => value >= low && value <= high);

const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;
const SIZE = /^(\d{1,12})([KMGT]?)$/i;
/** Less than this no training process gets by with. */
const LEAST_MEMORY = 128 * UNITS.M;

/** Bytes, as a number or as one with K, M, G or T of 1024. */
const size = z
  .string()
  .regex(SIZE)
  .transform((text) => {
    const [, number, unit] = SIZE.exec(text) ?? [];
    return Number(number) * UNITS[(unit ?? '').toUpperCase() as keyof typeof UNITS];
  })
  .refine((bytes) => bytes >= LEAST_MEMORY && bytes <= Number.MAX_SAFE_INTEGER);

export const LABEL = /^[a-z0-9][a-z0-9._-]{0,39}$/;
export const MOST_LABELS = 20;

/** The settings of whatever trains: a server with workers of its own, or `npm run worker`. */
export const WORKER_SETTINGS = {
  WORKERS: {
    schema: wholeNumber(0, 256).optional(),
    wanted: 'a whole number from 0 to 256',
    help: 'The most training processes, each with one thread. Default: one for each core. A server with DATABASE_URL has none by default: it leaves runs to `npm run worker`, so that training slows no answer down.',
  },
  CONCURRENCY: {
    schema: wholeNumber(1, 1024).optional(),
    wanted: 'a whole number from 1 to 1024',
    help: 'The most runs side by side. Default: one for each process, at least 6; with MAX_MEMORY one for each process.',
  },
  LABELS: {
    schema: z
      .string()
      .transform((labels) => labels.split(',').map((label) => label.trim().toLowerCase()))
      .refine((labels) => labels.length <= MOST_LABELS && labels.every((label) => LABEL.test(label)))
      .transform((labels) => [...new Set(labels)].sort())
      .default([]),
    wanted: `at most ${MOST_LABELS} names of letters, digits, ".", "_" and "-" with commas between them, such as gpu,big`,
    help: 'What this machine has. Comparisons that ask for a label are trained only where it is given.',
  },
  MAX_MEMORY: {
    schema: size.optional(),
    wanted: 'a number of bytes from 128M, such as 8G',
    help: 'What the training processes may take together; each run then has one of its own. Default: no limit.',
  },
  SILENT_SECONDS: {
    schema: wholeNumber(10, 3600).default(45),
    wanted: 'a whole number of seconds from 10 to 3600',
    help: 'A run whose worker is silent for so long goes to another; of the runs that this server puts into the queue. Default 45.',
  },
  HEALTH_PORT: {
    schema: wholeNumber(0, 65_535).optional(),
    wanted: 'a whole number from 0 (any free port) to 65535',
    help: 'Port of /health, /ready and /metrics for programs of other machines, on HEALTH_HOST; of `npm run worker`, which has no other. Default: none.',
  },
  HEALTH_HOST: {
    schema: z
      .string()
      .regex(/^[\w.:-]+$/)
      .default('127.0.0.1'),
    wanted: 'the address or name of one of the interfaces of this machine, such as 127.0.0.1 or 0.0.0.0',
    help: 'Address that HEALTH_PORT is on. Default 127.0.0.1.',
  },
} as const;

/** At least so many runs go side by side: the contenders of the six-optimizers preset learn together. */
const LEAST_SIDE_BY_SIDE = 6;

/** Runs side by side in all, the same number in each worker. */
export function capacityOf(workers: number): number {
  return workers === 0 ? 0 : workers * Math.ceil(LEAST_SIDE_BY_SIDE / workers);
}

/** How much a process trains. */
export interface Capacity {
  /** The most processes. */
  readonly processes: number;
  /** The most runs side by side. */
  readonly runs: number;
  /** What the processes may take together, in bytes. */
  readonly memory: number | null;
}

/** How many training processes there are where WORKERS does not say. */
export function defaultWorkers({ DATABASE_URL }: { readonly DATABASE_URL?: string | undefined }): number {
  return DATABASE_URL === undefined ? availableParallelism() : 0;
}

/** What the settings come to. */
export function capacityFrom(settings: {
  readonly WORKERS: number;
  readonly CONCURRENCY?: number | undefined;
  readonly MAX_MEMORY?: number | undefined;
}): Capacity {
  const { WORKERS: wanted, CONCURRENCY, MAX_MEMORY: memory = null } = settings;
  if (wanted === 0) return { processes: 0, runs: 0, memory };
  const runs = CONCURRENCY ?? (memory === null ? capacityOf(wanted) : wanted);
  // With a limit each run has a process of its own, or nobody could tell whose memory it is.
  return { processes: memory === null ? Math.min(wanted, runs) : runs, runs, memory };
}
