import { readAnnotations, readComments } from '../feed/read-notes.ts';
import { Annotation, Comment } from './annotation.ts';
import { builder } from './builder.ts';
import { ExperimentChanges } from './experiment-changes.ts';

// Read by whoever asks: most who follow an experiment's curves never do.
builder.objectFields(ExperimentChanges, (t) => ({
  annotations: t.field({
    type: [Annotation],
    description: 'Annotations that were written, edited, resolved, deleted or restored, as they are now.',
    resolve: ({ experiment: { id }, after, cursor }, _args, { db }) =>
      readAnnotations(db, { experimentId: id, after, cursor }),
  }),
  comments: t.field({
    type: [Comment],
    description: 'The same of comments.',
    resolve: ({ experiment: { id }, after, cursor }, _args, { db }) =>
      readComments(db, { experimentId: id, after, cursor }),
  }),
}));
