import { endianness } from 'node:os';
import { STEP_METRICS, type StepMetric } from '../tables/step-chunk.ts';

/** The numbers of consecutive steps of a run. */
export interface StepBatch {
  /** Counted from 1 over the whole run. */
  readonly firstStep: number;
  readonly steps: number;
  /** `steps` values of each of STEP_METRICS, one metric after the other. */
  readonly values: Float64Array;
}

/** What is kept of one step; any of it may be NaN or infinite. */
export type StepNumbers = Readonly<Record<StepMetric, number>>;

/** Consecutive steps as a batch. */
export function stepBatch(firstStep: number, numbers: readonly StepNumbers[]): StepBatch {
  const steps = numbers.length;
  const values = new Float64Array(STEP_METRICS.length * steps);
  for (const [row, metric] of STEP_METRICS.entries()) {
    for (let index = 0; index < steps; index++) values[row * steps + index] = numbers[index]![metric];
  }
  return { firstStep, steps, values };
}

/** The steps `from` … `to` of a batch, both included; they must lie in it. */
export function stepsWithin(batch: StepBatch, from: number, to: number): StepBatch {
  const { firstStep, steps, values } = batch;
  if (from === firstStep && to === lastStep(batch)) return batch;
  const count = to - from + 1;
  const cut = new Float64Array(STEP_METRICS.length * count);
  for (let row = 0; row < STEP_METRICS.length; row++) {
    const start = row * steps + from - firstStep;
    cut.set(values.subarray(start, start + count), row * count);
  }
  return { firstStep: from, steps: count, values: cut };
}

export function lastStep({ firstStep, steps }: Pick<StepBatch, 'firstStep' | 'steps'>): number {
  return firstStep + steps - 1;
}

/** Values as the database keeps them: Float64, little-endian. */
export function bytesOfValues(values: Float64Array): Uint8Array {
  return inLittleEndian(Buffer.from(values.slice().buffer));
}

/** The same as hexadecimal text. */
export function hexOfValues(values: Float64Array): string {
  return Buffer.from(bytesOfValues(values)).toString('hex');
}

/** Values from the hexadecimal text of what the database keeps. */
export function valuesFromHex(hex: string): Float64Array {
  // Not Buffer.from: its memory may come from a pool, where an offset need not be a multiple of 8.
  const bytes = Buffer.alloc(hex.length / 2);
  bytes.write(hex, 'hex');
  inLittleEndian(bytes);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / Float64Array.BYTES_PER_ELEMENT);
}

/** Swapped in place where the machine counts the other way round. */
function inLittleEndian(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : bytes.swap64();
}
