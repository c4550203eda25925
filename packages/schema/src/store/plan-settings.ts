import { dependsOnWholeRun, RunConfig, SCHEDULES, scheduleProblem } from '@optiscope/trainer';
import type { z } from 'zod';
import type { SharedSettings } from '../tables/experiment.ts';
import type { InputProblem } from './refusal.ts';

/** The fields of a run's configuration that stand together as the experiment's settings. */
const FIELDS = [
  'augmentation',
  'labelSmoothing',
  'classWeights',
  'dropout',
  'clipping',
  'weightDecay',
  'schedule',
  'stopping',
] as const satisfies readonly (keyof SharedSettings)[];

/** As the trainer has it. */
const MOST_CLASS_WEIGHT = 1e6;

/** Settings as they are given: objects whose fields may be null, which is the same as left out. */
export type GivenSettings = Readonly<Partial<Record<(typeof FIELDS)[number], unknown>>> & {
  /** The same as `classWeights`, as a list: GraphQL has no records. */
  readonly classWeightsByName?:
    | readonly { readonly class: string; readonly weight: number }[]
    | null
    | undefined;
};

const SettingsConfig = RunConfig.pick({
  augmentation: true,
  labelSmoothing: true,
  classWeights: true,
  dropout: true,
  clipping: true,
  weightDecay: true,
  schedule: true,
  stopping: true,
});
/** Every setting, defaults filled in. */
export type Settings = ReturnType<typeof SettingsConfig.parse>;

/** Every setting of an experiment, what it did not give with its default. */
export function settingsOf(settings: SharedSettings): Settings {
  return SettingsConfig.parse(settings);
}

/** Whether a run of more epochs would have been another from its first step. */
export function spansWholeRun(settings: SharedSettings): boolean {
  return dependsOnWholeRun(settingsOf(settings).schedule);
}

/** The settings that were given, checked by the trainer's own rules. Adds what is wrong to the problems. */
export function planSettings(
  { classWeightsByName, ...given }: GivenSettings,
  epochs: number,
  problems: InputProblem[],
): SharedSettings {
  const settings = withoutNulls(given) as Record<string, unknown>;
  if (classWeightsByName != null)
    settings.classWeights = planClassWeights(classWeightsByName, settings.classWeights, problems);
  const foreign = foreignScheduleFields(settings.schedule);
  problems.push(...foreign);
  const parsed = SettingsConfig.safeParse(settings, { reportInput: true });
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => problemOfIssue(issue, 'settings.')));
    return {};
  }
  const misfit = scheduleProblem(parsed.data.schedule, epochs);
  if (misfit !== null && foreign.length === 0) problems.push({ field: 'settings.schedule', message: misfit });
  return Object.fromEntries(
    FIELDS.filter((field) => settings[field] !== undefined).map((field) => [field, parsed.data[field]]),
  );
}

/** Factors by class name, checked; a field that cannot stand adds its problem. */
function planClassWeights(
  named: NonNullable<GivenSettings['classWeightsByName']>,
  otherwise: unknown,
  problems: InputProblem[],
): Record<string, number> {
  if (otherwise !== undefined) {
    const message =
      'settings.classWeights and settings.classWeightsByName are both given; give one of the two.';
    problems.push({ field: 'settings.classWeightsByName', message });
  }
  const weights = new Map<string, number>();
  for (const [place, { class: name, weight }] of named.entries()) {
    const field = `settings.classWeightsByName.${place}`;
    if (weights.has(name)) {
      const message = `${field}.class is ${JSON.stringify(name)}, which has a weight already; name each class once.`;
      problems.push({ field: `${field}.class`, message });
    }
    if (!(weight >= 0 && weight <= MOST_CLASS_WEIGHT)) {
      const message = `${field}.weight is ${weight}; wanted 0 to ${MOST_CLASS_WEIGHT}.`;
      problems.push({ field: `${field}.weight`, message });
    } else weights.set(name, weight);
  }
  return Object.fromEntries(weights);
}

/** The input has the fields of all schedules; the trainer would pass over those of another kind. */
function foreignScheduleFields(schedule: unknown): InputProblem[] {
  if (typeof schedule !== 'object' || schedule === null || !('kind' in schedule)) return [];
  const description = SCHEDULES.find(({ kind }) => kind === schedule.kind);
  if (description === undefined) return [];
  const known = Object.keys(description.settings.shape);
  return Object.keys(schedule)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const own = known.filter((candidate) => candidate !== 'kind');
      return {
        field: `settings.schedule.${name}`,
        message: `The schedule "${description.label}" has no ${name}; it has ${own.length > 0 ? own.join(', ') : 'no settings'}.`,
      };
    });
}

/** GraphQL lets everything optional be null; for the trainer what is not given is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner == null ? [] : [[name, withoutNulls(inner)]])),
  );
}

/** What zod found, as a problem of the field at `prefix` and the issue's path. */
export function problemOfIssue(issue: z.core.$ZodIssue, prefix = ''): InputProblem {
  const field = `${prefix}${issue.path.join('.')}`;
  const got = `${field} is ${JSON.stringify(issue.input)}`;
  switch (issue.code) {
    case 'too_big':
      return {
        field,
        message: `${got}; wanted ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}.`,
      };
    case 'too_small':
      return {
        field,
        message: `${got}; wanted ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}.`,
      };
    case 'invalid_value':
      return { field, message: `${got}; wanted one of ${issue.values.join(', ')}.` };
    default:
      return { field, message: `${got}: ${issue.message}.` };
  }
}
