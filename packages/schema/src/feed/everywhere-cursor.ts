import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { isId } from '../ordered-id.ts';
import type { ChangeType, Place } from './read-spans.ts';
import { knownSnapshot, type Snapshot, snapshotFrom, snapshotText } from './snapshot.ts';

/**
 * Where someone stands who follows everything. There is no order of all changes, only one within each experiment
 * (decision 0005); so it is told by the transactions whose changes have been told: all that `from` sees, and, while a
 * round is under way, of those that `to` sees besides, what lies before `place`.
 */
export interface Standing {
  readonly from: Snapshot;
  readonly round: { readonly to: Snapshot; readonly place: Place } | null;
}

const Parts = z.tuple([
  z.literal(1),
  z.string(),
  z.string(),
  z.tuple([z.string(), z.string(), z.int(), z.string()]).nullable(),
]);

/** Standing as clients see it. Half-way through a round it is good for the types alone that the round is about. */
export function cursorOf(
  { from, round }: Standing,
  identity: string,
  types: ReadonlySet<ChangeType>,
): string {
  const { to, place } = round ?? {};
  const parts: z.infer<typeof Parts> = [
    1,
    identity,
    snapshotText(from),
    to && place ? [snapshotText(to), place.experimentId, place.version, typesText(types)] : null,
  ];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What a cursor says; throws what its reader can do something about. */
export function standingFrom(text: string, identity: string, types: ReadonlySet<ChangeType>): Standing {
  const parts = Parts.safeParse(parsed(text)).data;
  const from = parts && snapshotFrom(parts[2]);
  if (parts === undefined || from == null) throw noCursor();
  if (parts[1] !== identity) {
    throw new GraphQLError(
      'The cursor is of another database, such as one that this was restored from. Read the lists again, and subscribe without a cursor.',
      { extensions: { code: 'CURSOR_OF_ANOTHER_DATABASE' } },
    );
  }
  if (parts[3] === null) return { from, round: null };
  const [toText, experimentId, version, asked] = parts[3];
  const to = snapshotFrom(toText);
  if (to === null || !isId(experimentId)) throw noCursor();
  if (asked !== typesText(types)) {
    throw new GraphQLError(
      `The cursor is of a subscription to ${asked}; go on with the same types, or from a later cursor.`,
      { extensions: { code: 'BAD_USER_INPUT' } },
    );
  }
  return { from, round: { to, place: { experimentId, version } } };
}

/** A cursor of transactions that this database has not had yet cannot be its own. */
export function assertNotAhead({ from, round }: Standing, now: string): void {
  const last = BigInt((round?.to ?? from).xmax);
  if (last <= BigInt(knownSnapshot(now).xmax)) return;
  throw new GraphQLError(
    'The cursor lies ahead of the database, which was put back to an earlier state. Read the lists again, and subscribe without a cursor.',
    { extensions: { code: 'CURSOR_AHEAD' } },
  );
}

function typesText(types: ReadonlySet<ChangeType>): string {
  return [...types].sort().join();
}

function noCursor(): GraphQLError {
  return new GraphQLError('`after` is no cursor of this subscription; pass one that it told.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
