import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrainEvent } from '../src/events.ts';
import { fit } from '../src/fit.ts';
import { trainableWeights, trainedActivations } from '../src/model/train-step.ts';
import { onnxRuntime } from '../src/runtimes/onnx/runtime.ts';
import type { Runtime } from '../src/runtimes/runtime.ts';
import { IMAGES, STEPS_PER_EPOCH, smallRun } from './small-run.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await onnxRuntime({ threads: 1 });
});
afterAll(() => runtime.dispose());

async function eventsOf(run: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
const of = <Type extends TrainEvent['type']>(events: readonly TrainEvent[], type: Type) =>
  events.filter((event): event is Extract<TrainEvent, { type: Type }> => event.type === type);

test.each([142, 147, 90, 152, 153])(
  'every fifth epoch and the last, the layers’ gradients make up the step’s own, above layer %i',
  async (freezeIndex) => {
    const options = { ...smallRun(runtime, { name: 'adam', hyperparameters: {} }, freezeIndex), epochs: 6 };
    const events = await eventsOf(fit(options));
    const looks = of(events, 'layers');
    expect(looks.map(({ epoch }) => epoch)).toEqual([5, 6]);
    for (const { epoch, weights, activations } of looks) {
      expect(weights.map(({ name }) => name)).toEqual(trainableWeights(options.tail).map(({ name }) => name));
      const step = of(events, 'step').find((one) => one.epoch === epoch && one.step === STEPS_PER_EPOCH)!;
      const norm = Math.hypot(...weights.map(({ gradientNorm }) => gradientNorm));
      expect(norm / step.gradientNorm).toBeCloseTo(1, 4);
      for (const { name, updateRatio } of weights) expect(updateRatio, name).toBeGreaterThan(0);
      expect(activations.map(({ name }) => name)).toEqual(
        trainedActivations(options.tail).map(({ name }) => name),
      );
      for (const { deadShare } of activations) {
        expect(deadShare).toBeGreaterThanOrEqual(0);
        expect(deadShare).toBeLessThan(1);
      }
    }
  },
);

test('looking at the layers changes no number of the run', async () => {
  const losses = async (epochs: number) => {
    const events = await eventsOf(
      fit({ ...smallRun(runtime, { name: 'momentum', hyperparameters: {} }), epochs }),
    );
    return of(events, 'step').map(({ loss }) => loss);
  };
  // The shorter run looks in its second epoch, the longer one does not.
  const [two, three] = [await losses(2), await losses(3)];
  expect(three.slice(0, two.length)).toEqual(two);
});

test('channels whose offset holds them at zero are counted as dead', async () => {
  const options = smallRun(runtime, { name: 'sgd', hyperparameters: { learningRate: 1e-6 } });
  const backbone = new Map(options.backbone);
  const name = 'Conv_1_bn/beta';
  const dead = 400;
  backbone.set(
    name,
    backbone.get(name)!.map((value, channel) => (channel < dead ? -100 : value)),
  );
  const [look] = of(await eventsOf(fit({ ...options, backbone, epochs: 1 })), 'layers');
  const last = look!.activations.find((activation) => activation.name === 'out_relu')!;
  const channels = backbone.get(name)!.length;
  expect(last.deadShare).toBeGreaterThanOrEqual(dead / channels);
  expect(last.deadShare).toBeLessThan((dead + 40) / channels);
});

test('a run that diverges is given a rate from a range test, and at that rate it learns', async () => {
  // Whole epochs as batches: what falls is not hidden by the difference between batches of eight.
  const run = (learningRate: number) => ({
    ...smallRun(runtime, { name: 'sgd', hyperparameters: { learningRate } }),
    batchSize: IMAGES,
  });
  const [end] = of(await eventsOf(fit(run(1e30))), 'diverged');
  const { learningRate, from, to } = end!.suggestion!;
  expect(from).toBeLessThanOrEqual(learningRate);
  expect(learningRate).toBeLessThanOrEqual(to);
  expect(end!.message).toContain(`suggests a learning rate of ${Number(learningRate.toPrecision(2))}`);

  const losses = of(await eventsOf(fit({ ...run(learningRate), epochs: 8 })), 'epoch').map(
    ({ loss }) => loss,
  );
  expect(losses).toHaveLength(8);
  expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.9);
});

test('a loss that explodes without becoming NaN is told once, early, with what it began with', async () => {
  const options = smallRun(runtime, { name: 'sgd', hyperparameters: { learningRate: 40 } });
  const events = await eventsOf(fit({ ...options, suggestions: false }));
  const findings = of(events, 'finding').filter(({ kind }) => kind === 'explosion');
  expect(findings).toHaveLength(1);
  const { numbers, epoch } = findings[0]!;
  expect(numbers.earlyLoss).toBe(of(events, 'step')[0]!.loss);
  expect(numbers.recentLoss).toBeGreaterThan(5 * numbers.earlyLoss!);
  expect(epoch).toBeLessThanOrEqual(2);
});
