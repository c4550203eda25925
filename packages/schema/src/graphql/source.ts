import type { DataSource, WeightsSource as WeightsSourceOfTrainer } from '@optiscope/trainer';
import { datasetLabel, datasetOf, weightsLabel, weightsOf } from '../store/sources.ts';
import { builder } from './builder.ts';

export const SourceKind = builder.enumType('SourceKind', {
  values: {
    SAMPLE: { value: 'sample' },
    FOLDER: { value: 'folder' },
    ARCHIVE: { value: 'archive' },
    CSV: { value: 'csv' },
    FLOWERS102: { value: 'flowers102' },
    KERAS_H5: { value: 'keras-h5' },
    IMAGENET: { value: 'imagenet' },
  } satisfies Record<string, { value: DataSource['kind'] | WeightsSourceOfTrainer['kind'] }>,
});

/** The kinds of data sets, for filters. */
export const DatasetKind = builder.enumType('DatasetKind', {
  values: {
    SAMPLE: { value: 'sample' },
    FOLDER: { value: 'folder' },
    ARCHIVE: { value: 'archive' },
    CSV: { value: 'csv' },
    FLOWERS102: { value: 'flowers102' },
  } satisfies Record<string, { value: DataSource['kind'] }>,
});

export const DatasetSource = builder.objectRef<DataSource>('DatasetSource').implement({
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind }),
    label: t.string({
      description: 'What to call it on screen.',
      resolve: (data) => datasetLabel(datasetOf(data)),
    }),
    path: t.string({
      nullable: true,
      description: 'Null for the sample, and where it is fetched.',
      resolve: (data) => (data.kind === 'sample' ? null : data.path),
    }),
  }),
});

export const WeightsSource = builder.objectRef<WeightsSourceOfTrainer>('WeightsSource').implement({
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind }),
    label: t.string({
      description: 'What to call it on screen.',
      resolve: (weights) => weightsLabel(weightsOf(weights)),
    }),
    path: t.string({
      nullable: true,
      description: "Null for the sample's backbone, and where it is fetched.",
      resolve: (weights) => (weights.kind === 'keras-h5' ? weights.path : null),
    }),
  }),
});
