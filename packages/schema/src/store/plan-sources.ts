import { stat } from 'node:fs/promises';
import { DataSource, WeightsSource } from '@optiscope/trainer';
import type { CreateExperimentInput } from '../graphql/create-experiment-input.ts';
import { problemOfIssue } from './plan-settings.ts';
import type { InputProblem } from './refusal.ts';
import { allowedPath, datasetAt, type SourceRoots, unreadable, weightsAt } from './source-path.ts';

type SourceInput = Pick<CreateExperimentInput, 'data' | 'datasetPath' | 'weights' | 'weightsPath'>;

/** The data set that was asked for; the given one, or the sample, when none was. Adds what is wrong to the problems. */
export async function planData(
  { data, datasetPath }: SourceInput,
  present: DataSource | null,
  roots: SourceRoots,
  problems: InputProblem[],
): Promise<DataSource> {
  const fallback: DataSource = { kind: 'sample' };
  if (data == null) {
    if (datasetPath == null && present !== null) {
      return (await isStillAllowed('data', present, roots, problems)) ? present : fallback;
    }
    const found = await datasetAt(datasetPath ?? null, roots);
    if ('source' in found) return DataSource.parse(found.source);
    problems.push({ field: 'datasetPath', message: found.problem });
    return fallback;
  }
  if (datasetPath != null) problems.push(twice('data', 'datasetPath'));
  if (data.sample != null) return { kind: 'sample' };
  const kind = data.folder ? 'folder' : data.archive ? 'archive' : data.csv ? 'csv' : 'flowers102';
  const given = { ...(data.folder ?? data.archive ?? data.csv ?? data.flowers102) };
  const field = `data.${kind}`;
  if (given.path != null) {
    const checked = await sourcePath(
      given.path,
      roots,
      kind === 'folder' ? 'folder' : kind === 'flowers102' ? 'any' : 'file',
    );
    if ('problem' in checked) {
      problems.push({ field: `${field}.path`, message: checked.problem });
      return fallback;
    }
    given.path = checked.path;
  }
  const fields = Object.entries(given).filter(([, value]) => value != null);
  const parsed = DataSource.safeParse({ kind, ...Object.fromEntries(fields) }, { reportInput: true });
  if (parsed.success) return parsed.data;
  problems.push(...parsed.error.issues.map((issue) => problemOfIssue(issue, `${field}.`)));
  return fallback;
}

/** The weights that were asked for, likewise. */
export async function planWeights(
  { weights, weightsPath }: SourceInput,
  present: WeightsSource | null,
  roots: SourceRoots,
  problems: InputProblem[],
): Promise<WeightsSource> {
  const fallback: WeightsSource = { kind: 'sample' };
  if (weights != null && weightsPath != null) problems.push(twice('weights', 'weightsPath'));
  if (weights?.sample != null) return { kind: 'sample' };
  if (weights?.imagenet != null) return { kind: 'imagenet' };
  const path = weights?.kerasH5?.path ?? weightsPath ?? null;
  if (path === null && present !== null) {
    return (await isStillAllowed('weights', present, roots, problems)) ? present : fallback;
  }
  const found = await weightsAt(path, roots);
  if ('source' in found) return WeightsSource.parse(found.source);
  problems.push({ field: weights?.kerasH5 ? 'weights.kerasH5.path' : 'weightsPath', message: found.problem });
  return fallback;
}

/** What an older experiment was made from, when other folders were declared. */
async function isStillAllowed(
  field: string,
  source: DataSource | WeightsSource,
  roots: SourceRoots,
  problems: InputProblem[],
): Promise<boolean> {
  if (roots === null || !('path' in source) || source.path == null) return true;
  const allowed = await allowedPath(source.path, roots);
  if ('path' in allowed) return true;
  problems.push({ field, message: allowed.problem });
  return false;
}

async function sourcePath(
  path: string,
  roots: SourceRoots,
  wanted: 'file' | 'folder' | 'any',
): Promise<{ path: string } | { problem: string }> {
  const full = await allowedPath(path, roots);
  if ('problem' in full) return full;
  try {
    const found = await stat(full.path);
    if (wanted === 'folder' && !found.isDirectory()) return { problem: `${full.path} is not a folder.` };
    if (wanted === 'file' && !found.isFile()) return { problem: `${full.path} is not a file.` };
    return full;
  } catch (error) {
    return { problem: `${unreadable(full.path, error)} Give a path on the machine that runs the server.` };
  }
}

function twice(field: string, path: string): InputProblem {
  return { field, message: `Both ${field} and ${path} are given; give one of them.` };
}
