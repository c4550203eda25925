import { type GradientOverrides, gradients } from '../graph/gradients.ts';
import { Graph } from '../graph/graph.ts';
import { sizeOf, type Value } from '../graph/value.ts';
import type { Hyperparameters, Optimizer, WeightRole } from '../optimizers/optimizer.ts';
import { constantWeights, type Weights } from './constant-weights.ts';
import { type Cut, cutFor } from './cut.ts';
import { DROPOUT_MASK } from './dropout.ts';
import { forward } from './forward.ts';
import { LAST_INDEX, type Layer, type MobileNetV2, pooledChannels, trainableLayers } from './mobilenet-v2.ts';
import { optimizerStep, type TrainableWeight } from './optimizer-step.ts';
import { clipped, decay, meanLoss, PLAIN, type Recipe, smoothedCrossEntropy } from './recipe.ts';
import { engineShape } from './weight-layout.ts';

export const DENSE_KERNEL = 'dense/kernel';
export const DENSE_BIAS = 'dense/bias';
const MOVING_STATISTICS = ['moving_mean', 'moving_variance'];

/** Everything that shapes the trained part of the network. */
export interface Tail {
  readonly model: MobileNetV2;
  readonly freezeIndex: number;
  readonly classes: number;
  /** Weights of the frozen layers after the cut, constants of the graph. */
  readonly frozenWeights: Weights;
}

export interface NamedShape {
  readonly name: string;
  /** In the engine's layout. */
  readonly shape: readonly number[];
}

/** The role of a backbone's weight of this name. */
export function weightRole(name: string): WeightRole {
  if (name === 'kernel') return 'convolution';
  if (name === 'depthwise_kernel') return 'depthwise';
  return name === 'gamma' ? 'scale' : 'offset';
}

/** The weights that an optimizer updates, in Keras' order. */
export function trainableWeights({ model, freezeIndex, classes }: Tail): TrainableWeight[] {
  const layers = trainableLayers(model, freezeIndex).flatMap((layer) =>
    layer.weights
      .filter(({ name }) => !MOVING_STATISTICS.includes(name))
      .map(({ name, shape }) => ({
        name: `${layer.name}/${name}`,
        shape: engineShape(name, shape),
        role: weightRole(name),
      })),
  );
  const inputs = pooledChannels(model);
  return [
    ...layers,
    { name: DENSE_KERNEL, shape: [inputs, classes], role: 'dense' },
    { name: DENSE_BIAS, shape: [classes], role: 'bias' },
  ];
}

/** The moving statistics that training updates. */
export function movingStatistics({ model, freezeIndex }: Tail): NamedShape[] {
  return trainableLayers(model, freezeIndex)
    .filter(({ kind }) => kind === 'batchNorm')
    .flatMap((layer) =>
      MOVING_STATISTICS.map((name) => ({ name: `${layer.name}/${name}`, shape: [layer.channels] })),
    );
}

/** Parameters that training changes by gradient, and all of the network's, the dense layer included. */
export function parameterCounts(tail: Tail): { trainableParameters: number; totalParameters: number } {
  const inputs = pooledChannels(tail.model);
  const backbone = tail.model.layers.flatMap(({ weights }) => weights);
  return {
    trainableParameters: trainableWeights(tail).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    totalParameters: backbone.reduce((sum, { shape }) => sum + sizeOf(shape), (inputs + 1) * tail.classes),
  };
}

/** Names of the fed inputs. */
export const FEATURES = 'features';
export const LABELS = 'labels';
/**
 * One train step of one batch: forward, gradients, update. Inputs: `features` [N,C,H,W] as the cache holds them
 * ([N,C] when pooled), `labels` int32 [N], the optimizer's scalars, what the recipe feeds (`recipeFeeds`), and the
 * state. Outputs: `loss` (what is trained on: weighted and smoothed as the recipe says; mean over the batch, before the
 * update), `correct` (count), `gradientSquares` (squared L2 norm, before clipping), and the next state.
 */
export function trainStep(
  tail: Tail,
  optimizer: Optimizer,
  hyperparameters: Hyperparameters,
  batch: number,
  recipe: Recipe = PLAIN,
): Graph {
  const g = new Graph();
  const { loss, correct, values, gradient, squares, statistics } = backward(g, tail, batch, recipe);
  g.output('loss', loss);
  g.output('correct', correct);
  const total = g.reshape(
    squares.reduce((sum, square) => g.add(sum, square)),
    [],
  );
  g.output('gradientSquares', total);

  const limited = clipped(g, gradient, squares, total, recipe.clipping);
  const decayOf = decay(g, recipe.weightDecay);
  const learned = trainableWeights(tail).map(({ name, role }, index) => ({
    name,
    role,
    value: values[index]!,
    gradient: limited[index]!,
    decayed: (from: Value) => decayOf(values[index]!, role, from),
  }));
  optimizerStep(g, learned, optimizer, hyperparameters);
  for (const [name, value] of statistics) g.output(name, value);
  return g;
}

/** Loss and gradients of one batch in training mode: what a step computes before it updates anything. */
function backward(g: Graph, tail: Tail, batch: number, recipe: Recipe) {
  const overrides: GradientOverrides = new Map();
  const mask = recipe.dropout > 0 ? g.input(DROPOUT_MASK, [pooledChannels(tail.model), batch]) : null;
  const { logits, statistics, parameters } = predict(g, tail, batch, true, overrides, mask);
  const labels = g.input(LABELS, [batch], 'int32');
  const losses = smoothedCrossEntropy(g, logits, labels, recipe.labelSmoothing);
  const loss = meanLoss(g, losses, labels, recipe.classWeights);
  const correct = g.sum(g.toFloat(g.equal(g.argMax(logits), labels)), [0]);
  const values = trainableWeights(tail).map(({ name }) => parameters.get(name)!);
  const gradient = gradients(g, loss, values, overrides);
  // Optimizers that square the gradient share the product.
  const squares = gradient.map((dw) => g.sum(g.square(dw), everyAxis(dw)));
  return { loss, correct, values, gradient, squares, statistics };
}

function everyAxis({ shape }: Value): number[] {
  return shape.map((_, axis) => axis);
}

/** Names of the outputs of `layersStep`. */
export function gradientSquaresOf(weight: string): string {
  return `gradientSquares:${weight}`;
}
export function liveChannelsOf(layer: string): string {
  return `liveChannels:${layer}`;
}

/** ReLU6 layers that are trained through; none where only the dense layer trains, whatever is said of the last ReLU6. */
export function trainedActivations({ model, freezeIndex }: Tail): Layer[] {
  if (cutFor(model, freezeIndex).pooled) return [];
  return model.layers.filter(({ kind, index }) => kind === 'relu6' && freezeIndex < index);
}

/**
 * What the layers do on one batch, without an update: same inputs as `trainStep` but the optimizer's scalars. Outputs:
 * for each trained weight the squared L2 norm of its gradient (before clipping), and for each trained ReLU6 how many of
 * its channels are strictly between 0 and 6 somewhere in the batch, and so pass a gradient.
 */
export function layersStep(tail: Tail, batch: number, recipe: Recipe = PLAIN): Graph {
  const g = new Graph();
  const { squares } = backward(g, tail, batch, recipe);
  trainableWeights(tail).forEach(({ name }, index) => {
    g.output(gradientSquaresOf(name), g.reshape(squares[index]!, []));
  });
  const trained = trainedActivations(tail);
  // In the order of the layers; those before the trained part come first.
  const activations = g.values
    .filter(({ op }) => op === 'relu6')
    .slice(-trained.length || Number.POSITIVE_INFINITY);
  trained.forEach(({ name }, index) => {
    const y = activations[index]!;
    const inside = g.multiply(g.sign(y), g.sign(g.subtract(g.scalar(6), y)));
    const live = g.sign(g.sum(inside, [1, 2, 3]));
    g.output(liveChannelsOf(name), g.sum(live, [0]));
  });
  return g;
}

/**
 * Inference over one batch: inputs `features`, `labels` and the state; outputs `losses` [N] and `logits` [N,K]. The
 * loss is the one that is trained on, smoothing included (so Keras makes `val_loss`), but classes weigh the same.
 * Weights are read from the state under the names that `evaluatedName` makes of theirs.
 */
export function evaluationStep(
  tail: Tail,
  batch: number,
  { labelSmoothing = 0 }: Partial<Pick<Recipe, 'labelSmoothing'>> = {},
  evaluatedName: (weight: string) => string = (weight) => weight,
): Graph {
  const g = new Graph();
  const { logits } = predict(g, tail, batch, false, new Map(), null, evaluatedName);
  const labels = g.input(LABELS, [batch], 'int32');
  g.output('losses', smoothedCrossEntropy(g, logits, labels, labelSmoothing));
  g.output('logits', logits);
  return g;
}

/**
 * Logits [N,K] of the tail; in training mode with batch statistics where BatchNorm trains. The pooled features
 * are multiplied by the mask, if there is one.
 */
function predict(
  g: Graph,
  tail: Tail,
  batch: number,
  training: boolean,
  overrides: GradientOverrides,
  dropoutMask: Value | null,
  nameInState: (weight: string) => string = (weight) => weight,
): { logits: Value; statistics: ReadonlyMap<string, Value>; parameters: ReadonlyMap<string, Value> } {
  const { model, freezeIndex, frozenWeights } = tail;
  const cut = cutFor(model, freezeIndex);
  const parameters = new Map<string, Value>();
  for (const { name, shape } of trainableWeights(tail)) {
    parameters.set(name, g.input(nameInState(name), shape));
  }
  for (const { name, shape } of movingStatistics(tail)) parameters.set(name, g.input(name, shape));
  const frozen = constantWeights(g, frozenWeights);
  const weight = (layer: Layer, name: string): Value =>
    parameters.get(`${layer.name}/${name}`) ?? frozen(layer, name);
  const batchStatistics = (layer: Layer): boolean => training && freezeIndex < layer.index;

  let statistics: ReadonlyMap<string, Value> = new Map();
  let pooled: Value;
  if (cut.pooled) {
    pooled = g.transpose(g.input(FEATURES, [batch, cut.channels]), [1, 0]);
  } else {
    const features = g.transpose(g.input(FEATURES, featureShape(cut, batch)), [1, 2, 3, 0]);
    const options = { layout: 'CHWN', weight, batchStatistics, overrides } as const;
    const result = forward(g, model, { index: cut.index, value: features }, LAST_INDEX, options);
    statistics = result.movingStatistics;
    pooled = g.mean(result.output, [1, 2]);
  }
  const kernel = parameters.get(DENSE_KERNEL)!;
  const kept = dropoutMask ? g.multiply(pooled, dropoutMask) : pooled;
  const logits = g.add(g.matmul(kept, kernel, { transposeA: true }), parameters.get(DENSE_BIAS)!);
  return { logits, statistics, parameters };
}

/** Shape of a batch of cached features. */
export function featureShape(cut: Cut, batch: number): readonly number[] {
  return cut.pooled ? [batch, cut.channels] : [batch, cut.channels, cut.height, cut.width];
}
