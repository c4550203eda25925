import { GraphQLError } from 'graphql';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import { contenders } from '../tables/contender.ts';
import { events } from '../tables/event.ts';
import { experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import { builder } from './builder.ts';
import { type Identified, Node, nodesOfType, nodesWithIds } from './node.ts';

const MOST_NODES = 100;
const LONGEST_ID = 100;

nodesOfType('Experiment', ({ db }, ids) => rowsWithIds(db, experiments, ids));
nodesOfType('Run', ({ db }, ids) => rowsWithIds(db, runs, ids));
nodesOfType('Contender', ({ db }, ids) => rowsWithIds(db, contenders, ids));
nodesOfType('Event', ({ db }, ids) => rowsWithIds(db, events, ids));

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'What has this id, of whatever type that is a `Node`.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context): Promise<Identified | null> =>
      (await nodesWithIds(context, [id].filter(canBeId))).get(id.toLowerCase()) ?? null,
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'The same for at most 100 ids, in their order; null where there is none.',
    args: { ids: t.arg.idList({ required: true }) },
    resolve: async (_root, { ids }, context): Promise<(Identified | null)[]> => {
      if (ids.length > MOST_NODES) {
        throw new GraphQLError(`${ids.length} ids are given; at most ${MOST_NODES} may be.`, {
          extensions: { code: 'BAD_USER_INPUT' },
        });
      }
      const found = await nodesWithIds(context, ids.filter(canBeId));
      return ids.map((id) => found.get(id.toLowerCase()) ?? null);
    },
  }),
);

function canBeId(id: string): boolean {
  return id.length <= LONGEST_ID && !id.includes('\0');
}
