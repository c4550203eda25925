import { CURVE_FORMATS, type CurveFormat, MOST_BYTES } from '../exchange/read-curves.ts';
import { REFERENCES, type Reference as ReferenceOfExchange } from '../exchange/references.ts';
import { addReference, importRuns } from '../store/import-runs.ts';
import { invalidInput } from '../store/refusal.ts';
import { runOrigin } from '../tables/run.ts';
import { builder } from './builder.ts';
import { Experiment } from './experiment.ts';
import { ExperimentResult, experimentAfter } from './refusal.ts';
import { Run } from './run.ts';

export const RunOrigin = builder.enumType('RunOrigin', {
  description: "Trained by a worker, or brought in from another program's record.",
  values: runOrigin.enumValues,
});

builder.objectFields(Run, (t) => ({
  origin: t.expose('origin', { type: RunOrigin }),
  importedFrom: t.exposeString('importedFrom', {
    nullable: true,
    description:
      'Of an imported run: the file or publication that it comes from. Its seed is not known and 0.',
  }),
}));

const ExportFormat = builder.enumType('ExportFormat', {
  values: {
    CSV: { value: '.csv' },
    JSON: { value: '.json' },
    TENSORBOARD: { value: '/tensorboard.zip' },
  } as const,
});

builder.objectField(Experiment, 'exportPath', (t) =>
  t.string({
    description:
      'Path on this server from which its epochs can be downloaded; with `?rows=steps` its steps. See docs/exchange.md.',
    args: { format: t.arg({ type: ExportFormat, required: true }) },
    resolve: ({ id }, { format }) => `/export/${id}${format}`,
  }),
);

const CurveFormatRef = builder.enumType('CurveFormat', {
  description:
    "Kinds of files that curves are read from: the JSON of a Keras history, a table (of Keras' CSVLogger, of Weights & Biases, of this program), an event file of TensorBoard.",
  values: CURVE_FORMATS,
});

const ContentEncoding = builder.enumType('ContentEncoding', { values: ['TEXT', 'BASE64'] as const });

interface ImportRunsInput {
  readonly experimentId?: string | null;
  readonly name: string;
  readonly content: string;
  readonly encoding?: 'TEXT' | 'BASE64' | null;
  readonly format?: CurveFormat | null;
  readonly label?: string | null;
  readonly optimizer?: string | null;
  readonly learningRate?: number | null;
  readonly idempotencyKey?: string | null;
}

const ImportRunsInputRef = builder.inputRef<ImportRunsInput>('ImportRunsInput').implement({
  fields: (t) => ({
    experimentId: t.id({ description: 'Where to add them; left out, a new experiment is made for them.' }),
    name: t.string({ required: true, description: "The file's name." }),
    content: t.string({
      required: true,
      description: 'The file. Larger ones, up to 8 MiB, are sent to `/import`; see docs/exchange.md.',
    }),
    encoding: t.field({ type: ContentEncoding, defaultValue: 'TEXT' }),
    format: t.field({ type: CurveFormatRef, description: 'Told from the content when it is left out.' }),
    label: t.string({ description: "Left out, the file's own names are taken, or its own." }),
    optimizer: t.string({ description: 'Where it is known; one of `optimizers`.' }),
    learningRate: t.float({ description: 'Where it is known.' }),
    idempotencyKey: t.string({ description: 'Importing twice with one key imports once.' }),
  }),
});

builder.mutationField('importRuns', (t) =>
  t.field({
    type: ExperimentResult,
    description: 'Adds curves of another program as runs that have ended, to be drawn beside those of here.',
    args: { input: t.arg({ type: ImportRunsInputRef, required: true }) },
    resolve: async (_root, { input }, context) => {
      const bytes = bytesOf(input.content, input.encoding ?? 'TEXT');
      if (bytes === null) {
        return invalidInput([
          { field: 'content', message: 'The content is not in base64, as `encoding` says.' },
        ]);
      }
      return await experimentAfter(context, input.idempotencyKey, (key) =>
        importRuns(
          context.db,
          {
            experimentId: input.experimentId ?? null,
            name: input.name,
            bytes,
            format: input.format ?? null,
            label: input.label ?? null,
            optimizer: input.optimizer ?? null,
            learningRate: input.learningRate ?? null,
          },
          key,
          context.viewer?.memberId ?? null,
        ),
      );
    },
  }),
);

/** Null when it is not what its encoding says. */
function bytesOf(content: string, encoding: 'TEXT' | 'BASE64'): Uint8Array | null {
  if (encoding !== 'BASE64') return Buffer.from(content, 'utf8');
  if (content.length > 2 * MOST_BYTES || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return null;
  return Buffer.from(content, 'base64');
}

const Reference = builder.objectRef<ReferenceOfExchange>('Reference').implement({
  description: "Results that others published, to stand beside one's own.",
  fields: (t) => ({
    id: t.exposeID('id', {}),
    name: t.exposeString('name', {}),
    description: t.exposeString('description', {}),
    source: t.exposeString('source', { description: 'Whose numbers these are.' }),
  }),
});

builder.queryField('references', (t) => t.field({ type: [Reference], resolve: () => [...REFERENCES] }));

builder.mutationField('addReference', (t) =>
  t.field({
    type: ExperimentResult,
    description: 'Adds published results to an experiment, as imported runs.',
    args: {
      experimentId: t.arg.id({ required: true }),
      reference: t.arg.id({ required: true }),
      idempotencyKey: t.arg.string({ description: 'Doing it twice with one key does it once.' }),
    },
    resolve: (_root, { experimentId, reference, idempotencyKey }, context) =>
      experimentAfter(context, idempotencyKey, (key) =>
        addReference(context.db, experimentId, reference, key),
      ),
  }),
);
