import { writeFile } from 'node:fs/promises';
import { contender } from '../optimizers/registry.ts';
import { type Prepared, prepared } from '../prepare.ts';
import { sweep, sweepBounds } from '../range-test/sweep.ts';
import { type RangePoint, type RangeVerdict, rangeVerdict } from '../range-test/verdict.ts';
import type { RunConfig } from '../run-config.ts';
import { runSetup } from '../run-setup.ts';
import type { Command, OptionValues } from './command.ts';
import { COMPARISON_OPTIONS, COMPARISON_USAGE, configurations } from './comparison-options.ts';
import { fetchSources } from './fetch-sources.ts';
import {
  cacheDirectory,
  ENGINE_OPTIONS,
  ENGINE_USAGE,
  engineChoice,
  text,
  threadCount,
  wholeNumber,
} from './options.ts';
import { ProgressLine } from './progress-line.ts';
import { UsageError } from './usage-error.ts';

/** One optimizer's sweep. */
interface Sweep {
  readonly name: string;
  readonly label: string;
  readonly points: readonly RangePoint[];
  readonly verdict: RangeVerdict;
}

/** Which learning rates an optimizer can use, from one short sweep each. */
export const lrRange: Command = {
  name: 'lr-range',
  usage: `lr-range ${COMPARISON_USAGE} [--from RATE --to RATE] [--steps 140] [--json OUT.json] ${ENGINE_USAGE} [--cache DIR]`,
  summary:
    "Trains each optimizer from the run's own beginning while its learning rate grows exponentially, and tells the usable rates and a suggestion.",
  options: {
    ...COMPARISON_OPTIONS,
    from: { type: 'string' },
    to: { type: 'string' },
    steps: { type: 'string' },
    json: { type: 'string' },
    ...ENGINE_OPTIONS,
  },
  async run(values, positionals) {
    if (positionals.length > 0)
      throw new UsageError(`lr-range does not take "${positionals[0]}"; options begin with --.`);
    const configs = await configurations(values);
    const steps = wholeNumber(values, 'steps', 140, 20, 10_000);
    const bounds = givenBounds(values);
    const options = {
      cacheDirectory: cacheDirectory(values),
      engine: engineChoice(values),
      threads: threadCount(values),
    };
    const controller = new AbortController();
    const interrupt = (): void => controller.abort(new Error('Interrupted.'));
    process.once('SIGINT', interrupt);
    const { signal } = controller;
    const line = new ProgressLine(process.stderr);
    const sweeps: Sweep[] = [];
    await fetchSources(configs[0]!, { cacheDirectory: options.cacheDirectory, signal }, line);
    const preparation = await prepared(configs[0]!, options, signal, ({ done, total }) =>
      line.show(total ? done / total : 0, `features ${done}/${total}`),
    );
    try {
      for (const config of configs)
        sweeps.push(await sweepOne(config, preparation.result, { steps, bounds, signal }, line));
    } finally {
      preparation.release();
      line.clear();
      process.off('SIGINT', interrupt);
    }
    process.stdout.write(table(sweeps));
    const path = text(values, 'json');
    if (path !== undefined) await writeFile(path, `${JSON.stringify({ steps, sweeps }, null, 1)}\n`);
    return 0;
  },
};

async function sweepOne(
  config: RunConfig,
  shared: Prepared,
  {
    steps,
    bounds,
    signal,
  }: { steps: number; bounds: { from: number; to: number } | null; signal: AbortSignal },
  line: ProgressLine,
): Promise<Sweep> {
  const { optimizer } = contender(config.optimizer);
  const { name, label } = optimizer;
  const own = optimizer.hyperparameters.find((candidate) => candidate.name === 'learningRate')!;
  const range = bounds ?? sweepBounds(own.default);
  const points: RangePoint[] = [];
  for await (const point of sweep({ ...runSetup(config, shared), ...range, steps, signal })) {
    points.push(point);
    const rate = point.learningRate.toExponential(1);
    line.show(points.length / steps, `${label} rate ${rate} loss ${point.loss.toPrecision(4)}`);
  }
  return { name, label, points, verdict: rangeVerdict(points) };
}

function givenBounds(values: OptionValues): { from: number; to: number } | null {
  const given = [text(values, 'from'), text(values, 'to')];
  if (given.every((value) => value === undefined)) return null;
  const [from, to] = given.map(Number) as [number, number];
  if (!(from > 0) || !(to > from) || !Number.isFinite(to))
    throw new UsageError(
      `--from is ${given[0] ?? 'missing'} and --to ${given[1] ?? 'missing'}, wanted two rates above 0, the second the larger.`,
    );
  return { from, to };
}

const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 40;

function table(sweeps: readonly Sweep[]): string {
  const widest = Math.max(...sweeps.map(({ label }) => label.length), 'optimizer'.length);
  const rows = sweeps.map(({ label, points, verdict: { smoothed, usable, suggested, diverged } }) => {
    const rates = usable ? `${short(usable.from)} … ${short(usable.to)}` : 'never fell';
    const cells = [rates.padEnd(19), (suggested === null ? '–' : short(suggested)).padEnd(10)];
    const end = diverged === null ? 'no' : `from ${short(diverged)}`;
    const swept = `${short(points[0]!.learningRate)} ${spark(smoothed)} ${short(points.at(-1)!.learningRate)}`;
    return `${label.padEnd(widest)}  ${cells.join('  ')}  ${end.padEnd(13)}  ${swept}`;
  });
  const head = `${'optimizer'.padEnd(widest)}  ${'usable rates'.padEnd(19)}  ${'suggested'.padEnd(10)}  ${'diverges'.padEnd(13)}  loss over the sweep, smoothed`;
  return `${head}\n${rows.join('\n')}\n`;
}

function short(rate: number): string {
  return rate.toExponential(1).replace('e-', 'e−').replace('e+', 'e');
}

/** The curve as block characters, up to its beginning's height. */
function spark(losses: readonly number[]): string {
  const low = Math.min(...losses);
  const high = Math.max(...losses.slice(0, Math.ceil(losses.length / 4)));
  const bins = Math.min(WIDTH, losses.length);
  return Array.from({ length: bins }, (_, bin) => {
    const loss = losses[Math.floor((bin * losses.length) / bins)]!;
    const height = Math.min(1, Math.max(0, (loss - low) / (high - low || 1)));
    return BARS[Math.round(height * (BARS.length - 1))];
  }).join('');
}
