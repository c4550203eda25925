import type { CreateExperimentInput, ExperimentFieldsFragment } from '../graphql/generated/graphql.ts';

/** Where images or weights come from. The path stays when the choice goes back and forth. */
export interface Source {
  readonly kind: string;
  readonly path: string;
}

/** One choice of a source. */
export interface SourceKind {
  readonly kind: string;
  readonly text: string;
  /** Null where there is nothing to point at. */
  readonly path: {
    readonly label: string;
    readonly hint: string;
    readonly placeholder: string;
    /** Whether it may be left empty. */
    readonly optional: boolean;
  } | null;
}

const ON_SERVER = 'On the machine that the service runs on.';

export const DATA_KINDS: readonly SourceKind[] = [
  { kind: 'sample', text: 'Built-in sample of drawn flowers', path: null },
  {
    kind: 'folder',
    text: 'A folder of mine',
    path: {
      label: 'Folder',
      hint: `${ON_SERVER} One subfolder per class, or train and validation folders of such.`,
      placeholder: '/data/flowers',
      optional: false,
    },
  },
  {
    kind: 'archive',
    text: 'An archive of such a folder',
    path: {
      label: 'Archive',
      hint: `${ON_SERVER} A zip, tar or tar.gz.`,
      placeholder: '/data/flowers.zip',
      optional: false,
    },
  },
  {
    kind: 'csv',
    text: 'A table of paths and classes',
    path: {
      label: 'CSV file',
      hint: `${ON_SERVER} Columns path, class and, if you like, split; paths count from its folder.`,
      placeholder: '/data/flowers.csv',
      optional: false,
    },
  },
  {
    kind: 'flowers102',
    text: 'Oxford Flowers-102, with its published split',
    path: {
      label: 'Folder or archive of its files',
      hint: `${ON_SERVER} Left empty, the service fetches them (345 MB) from their address, once.`,
      placeholder: 'Fetched when left empty',
      optional: true,
    },
  },
];

export const WEIGHT_KINDS: readonly SourceKind[] = [
  { kind: 'sample', text: 'Built-in, made for the sample', path: null },
  { kind: 'imagenet', text: 'ImageNet, fetched from Keras’ address once', path: null },
  {
    kind: 'kerasH5',
    text: 'A Keras weight file',
    path: {
      label: 'File',
      hint: `${ON_SERVER} HDF5 weights of MobileNetV2 without top, of the width below.`,
      placeholder: '/data/mobilenet_v2_1.0_224_no_top.h5',
      optional: false,
    },
  },
];

export const SAMPLE: Source = { kind: 'sample', path: '' };

/** What the service says of a source, as the form has it. */
export function sourceFrom({ kind, path }: ExperimentFieldsFragment['dataset']): Source {
  const known = {
    SAMPLE: 'sample',
    FOLDER: 'folder',
    ARCHIVE: 'archive',
    CSV: 'csv',
    FLOWERS102: 'flowers102',
    IMAGENET: 'imagenet',
    KERAS_H5: 'kerasH5',
  } as const;
  return { kind: known[kind], path: path ?? '' };
}

export function sameSource(a: Source, b: Source): boolean {
  return a.kind === b.kind && a.path.trim() === b.path.trim();
}

/** What is missing from a source, or null. */
export function sourceProblem({ kind, path }: Source, kinds: readonly SourceKind[]): string | null {
  const wanted = kinds.find((one) => one.kind === kind)?.path ?? null;
  if (wanted === null || wanted.optional || path.trim() !== '') return null;
  return `The path is missing. Wanted: ${wanted.label.toLowerCase()}, such as ${wanted.placeholder}.`;
}

export function dataInput({ kind, path }: Source): NonNullable<CreateExperimentInput['data']> {
  const at = { path: path.trim() };
  switch (kind) {
    case 'folder':
      return { folder: at };
    case 'archive':
      return { archive: at };
    case 'csv':
      return { csv: at };
    case 'flowers102':
      return { flowers102: at.path === '' ? {} : at };
    default:
      return { sample: true };
  }
}

export function weightsInput({ kind, path }: Source): NonNullable<CreateExperimentInput['weights']> {
  if (kind === 'imagenet') return { imagenet: true };
  return kind === 'kerasH5' ? { kerasH5: { path: path.trim() } } : { sample: true };
}
