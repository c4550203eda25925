import { builder } from './builder.ts';
import { enumFrom } from './from-zod.ts';
import { LookaheadInput, SettingsInput } from './settings.ts';

const HyperparameterInputRef = builder.inputType('HyperparameterInput', {
  fields: (t) => ({ name: t.string({ required: true }), value: t.float({ required: true }) }),
});

export const ContenderInputRef = builder.inputType('ContenderInput', {
  fields: (t) => ({
    optimizer: t.string({ required: true }),
    label: t.string({
      description: 'A label that tells it from others with the same optimizer; made from them when left out.',
    }),
    learningRate: t.float(),
    hyperparameters: t.field({
      type: [HyperparameterInputRef],
      description: "Those that differ from the optimizer's defaults.",
    }),
    lookahead: t.field({ type: LookaheadInput, description: 'Puts the optimizer inside Lookahead.' }),
  }),
});
export type ContenderInput = typeof ContenderInputRef.$inferInput;

/** What to do with an image that cannot be used. */
const OnCorrupt = enumFrom('OnCorrupt', ['skip', 'refuse']);

const OwnImagesInput = builder.inputType('OwnImagesInput', {
  description: "Images of one's own, on the server's machine.",
  fields: (t) => ({
    path: t.string({ required: true }),
    onCorrupt: t.field({ type: OnCorrupt, description: 'What to do with an image that cannot be used.' }),
    validationFraction: t.float({
      description: 'Share of each class held out for validation where there is no split; 0.25 when left out.',
    }),
    splitSeed: t.int({ description: 'Seed of that split.' }),
  }),
});

const Flowers102Input = builder.inputType('Flowers102Input', {
  fields: (t) => ({
    path: t.string({
      description: 'Folder or archive of the official files; fetched from their address when left out.',
    }),
    onCorrupt: t.field({ type: OnCorrupt }),
  }),
});

const DatasetInput = builder.inputType('DatasetInput', {
  description: 'Where the images come from: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    sample: t.boolean({ description: 'The built-in sample; give `true`.' }),
    folder: t.field({ type: OwnImagesInput, description: 'A folder of class folders.' }),
    archive: t.field({ type: OwnImagesInput, description: 'A zip, tar or tar.gz of such a folder.' }),
    csv: t.field({
      type: OwnImagesInput,
      description: 'A table of paths, classes and optionally the split.',
    }),
    flowers102: t.field({
      type: Flowers102Input,
      description: "Oxford's Flowers-102 with its published split.",
    }),
  }),
});

const KerasH5Input = builder.inputType('KerasH5Input', {
  fields: (t) => ({ path: t.string({ required: true }) }),
});

const WeightsInput = builder.inputType('WeightsInput', {
  description: 'Where the backbone comes from: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    sample: t.boolean({ description: "The sample's own backbone; give `true`." }),
    kerasH5: t.field({ type: KerasH5Input, description: 'A Keras HDF5 weight file without top.' }),
    imagenet: t.boolean({
      description: "Keras' official ImageNet weights, fetched from their address; give `true`.",
    }),
  }),
});

export const CreateExperimentInputRef = builder.inputType('CreateExperimentInput', {
  fields: (t) => ({
    name: t.string({
      description: 'Shown in lists; a name is made from the contenders when it is left out.',
    }),
    idempotencyKey: t.string({
      description: 'Creating twice with one key creates once and returns the first experiment.',
    }),
    preset: t.id({
      description:
        "Where the other fields' values come from when they are left out. By default `six-optimizers`; with a weight file `six-optimizers-imagenet`.",
    }),
    data: t.field({ type: DatasetInput, description: 'The built-in sample when left out.' }),
    weights: t.field({ type: WeightsInput, description: "The sample's backbone when left out." }),
    datasetPath: t.string({
      description:
        "Path of a folder of class folders on the server's machine; the built-in sample when left out.",
    }),
    weightsPath: t.string({
      description:
        "Path of a Keras HDF5 weight file on the server's machine; the sample's backbone when left out.",
    }),
    alpha: t.float(),
    inputSize: t.int(),
    freezeIndex: t.int(),
    batchSize: t.int(),
    epochs: t.int(),
    seed: t.int({ description: 'Short for `seeds` with one of them.' }),
    seeds: t.intList({ description: 'Each contender runs once with each.' }),
    settings: t.field({ type: SettingsInput }),
    contenders: t.field({ type: [ContenderInputRef], description: 'At most 60.' }),
    priority: t.int({
      description: 'From -100 to 100: runs of a higher one are taken up first. 0 when left out.',
    }),
    workerLabels: t.stringList({
      description: 'Only workers that have all of these labels take its runs up, such as `gpu`.',
    }),
  }),
});
export type CreateExperimentInput = typeof CreateExperimentInputRef.$inferInput;
