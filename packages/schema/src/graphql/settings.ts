import { type OptimizerSpec, RunConfig, SCHEDULES, type Schedule } from '@optiscope/trainer';
import { z } from 'zod';
import type { Settings } from '../store/plan-settings.ts';
import { builder } from './builder.ts';
import { enumFrom, inputFrom, outputFrom } from './from-zod.ts';

const { augmentation, clipping, weightDecay, stopping } = RunConfig.shape;

/** Optional and null alike stand for "as the trainer does by default". */
type Given<Type> = Type extends object ? { readonly [Name in keyof Type]?: Given<Type[Name]> | null } : Type;

const ClassWeightInput = builder.inputType('ClassWeightInput', {
  fields: (t) => ({
    class: t.string({ required: true, description: 'Name of a class of the data set.' }),
    weight: t.float({ required: true, description: '0 to 1,000,000; a class that is not named counts 1.' }),
  }),
});
const ClassWeight = builder
  .objectRef<{ readonly class: string; readonly weight: number }>('ClassWeight')
  .implement({
    fields: (t) => ({ class: t.exposeString('class', {}), weight: t.exposeFloat('weight', {}) }),
  });
const ClassWeights = enumFrom('ClassWeights', ['none', 'balanced']);
/** The settings of every schedule side by side; which of them a kind has is checked where the input is planned. */
const scheduleSettings = SCHEDULES.reduce<z.ZodObject>(
  (all, { settings }) => all.extend(settings.omit({ kind: true }).shape),
  z.object({}),
).extend({ kind: z.enum(SCHEDULES.map(({ kind }) => kind)) });

const ScheduleInput = inputFrom<Given<Schedule>>(
  'Schedule',
  scheduleSettings,
  'How the learning rate changes over a run: a kind, and those settings that it has.',
);
const AugmentationInput = inputFrom<Given<Settings['augmentation']> & object>('Augmentation', augmentation);
const ClippingInput = inputFrom<Given<Settings['clipping']> & object>(
  'Clipping',
  clipping,
  "Keras' clipvalue, clipnorm and global_clipnorm.",
);
const WeightDecayInput = inputFrom<Given<Settings['weightDecay']> & object>(
  'WeightDecay',
  weightDecay,
  'Decoupled: w ← w − rate·lr·w before each update. Without `vectors` only kernels decay.',
);
const StoppingInput = inputFrom<Given<Settings['stopping']> & object>(
  'Stopping',
  stopping,
  'What ends a run before its last epoch.',
);

export const SettingsInput = builder.inputType('SettingsInput', {
  description: 'What else all contenders share. What is left out, or null, changes nothing.',
  fields: (t) => ({
    labelSmoothing: t.float({
      description: '0 to below 1: share of the target spread evenly over all classes.',
    }),
    classWeights: t.field({
      type: ClassWeights,
      description: 'How much each class counts in the training loss.',
    }),
    classWeightsByName: t.field({
      type: [ClassWeightInput],
      description: 'The same as factors by class name, in place of `classWeights`.',
    }),
    dropout: t.float({
      description: '0 to below 1: share of the pooled features dropped before the dense layer in training.',
    }),
    clipping: t.field({ type: ClippingInput }),
    weightDecay: t.field({ type: WeightDecayInput }),
    schedule: t.field({ type: ScheduleInput }),
    augmentation: t.field({ type: AugmentationInput }),
    stopping: t.field({ type: StoppingInput }),
  }),
});

export const LookaheadInput = builder.inputType('LookaheadInput', {
  description: 'Lookahead around the optimizer. What is left out has its default.',
  fields: (t) => ({
    syncPeriod: t.int({ description: 'Fast steps between two steps of the slow weights.' }),
    slowStepSize: t.float({ description: '0 to 1: share of the way that the slow weights go.' }),
  }),
});

export const Lookahead = builder.objectRef<NonNullable<OptimizerSpec['lookahead']>>('Lookahead').implement({
  fields: (t) => ({
    syncPeriod: t.exposeInt('syncPeriod', {}),
    slowStepSize: t.exposeFloat('slowStepSize', {}),
  }),
});

/** A schedule has one kind's settings: those of the others are null. */
const ScheduleOutput = outputFrom<Schedule>('Schedule', scheduleSettings, { allNullable: true });
const AugmentationOutput = outputFrom<NonNullable<Settings['augmentation']>>('Augmentation', augmentation);
const ClippingOutput = outputFrom<NonNullable<Settings['clipping']>>('Clipping', clipping);
const WeightDecayOutput = outputFrom<NonNullable<Settings['weightDecay']>>('WeightDecay', weightDecay);
const StoppingOutput = outputFrom<Settings['stopping']>('Stopping', stopping);

export const SettingsOutput = builder.objectRef<Settings>('Settings').implement({
  description: 'What else all contenders share, defaults filled in; null where nothing of it is done.',
  fields: (t) => ({
    labelSmoothing: t.exposeFloat('labelSmoothing', {}),
    classWeights: t.field({
      type: ClassWeights,
      nullable: true,
      description: 'Null where each class has a weight of its own.',
      resolve: ({ classWeights }) => (typeof classWeights === 'string' ? classWeights : null),
    }),
    classWeightsByName: t.field({
      type: [ClassWeight],
      nullable: true,
      description: 'Those weights; null where `classWeights` says it all.',
      resolve: ({ classWeights }) =>
        typeof classWeights === 'string'
          ? null
          : Object.entries(classWeights).map(([name, weight]) => ({ class: name, weight })),
    }),
    dropout: t.exposeFloat('dropout', {}),
    clipping: t.expose('clipping', { type: ClippingOutput, nullable: true }),
    weightDecay: t.expose('weightDecay', { type: WeightDecayOutput, nullable: true }),
    schedule: t.expose('schedule', { type: ScheduleOutput }),
    augmentation: t.expose('augmentation', { type: AugmentationOutput, nullable: true }),
    stopping: t.expose('stopping', { type: StoppingOutput }),
  }),
});
