'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { useSocket } from '../connection/connection-provider.tsx';
import { useFollow } from '../connection/use-follow.ts';
import {
  AnnotateDocument,
  DeleteNoteDocument,
  EditNoteDocument,
  NoteChangesDocument,
  type NoteChangesSubscription,
  NotesDocument,
  ReopenNoteDocument,
  ReplyToNoteDocument,
  ResolveNoteDocument,
  RestoreNoteDocument,
} from '../graphql/generated/graphql.ts';
import { randomKey } from '../hooks/random-key.ts';
import { type Anchor, mergeNotes, type Note } from './note.ts';

const NO_ANSWER = 'The service did not answer. Nothing was written; try again.';

export type NoteOrder = 'resolve' | 'reopen' | 'delete' | 'restore';

export interface Notes {
  /** Null until they are there. */
  readonly notes: readonly Note[] | null;
  /** Each answers what is wrong, or null. */
  readonly write: (anchor: Anchor, body: string) => Promise<string | null>;
  readonly edit: (note: Note, body: string) => Promise<string | null>;
  readonly reply: (note: Note, body: string) => Promise<string | null>;
  readonly order: (note: Note, order: NoteOrder) => Promise<string | null>;
}

const ORDERS = {
  resolve: ResolveNoteDocument,
  reopen: ReopenNoteDocument,
  delete: DeleteNoteDocument,
  restore: RestoreNoteDocument,
} as const;

/** The notes of a comparison, live for as long as the page is open, also when its runs have ended. */
export function useNotes(experimentId: string): Notes {
  const client = useClient();
  const socket = useSocket();
  const [notes, setNotes] = useState<readonly Note[] | null>(null);
  const cursor = useRef<string | null>(null);
  const take = useCallback(
    (more: readonly Note[]) => setNotes((before) => mergeNotes(before ?? [], more)),
    [],
  );

  useEffect(() => {
    let left = false;
    const load = async () => {
      const { data } = await client.query(NotesDocument, { id: experimentId });
      if (left || !data?.experiment) return;
      cursor.current ??= String(data.experiment.cursor);
      take(data.experiment.annotations.nodes);
    };
    void load();
    return () => {
      left = true;
    };
  }, [client, experimentId, take]);

  useFollow<NoteChangesSubscription>(notes === null ? null : `notes ${experimentId}`, {
    open: (sink) => socket().subscribe(NoteChangesDocument, { experimentId, after: cursor.current }, sink),
    onValue: ({ noteChanges }) => {
      cursor.current = noteChanges.cursor;
      take([...noteChanges.annotations, ...noteChanges.comments.map(({ annotation }) => annotation)]);
    },
    isOver: () => false,
  });

  const write = useCallback(
    async (anchor: Anchor, body: string) => {
      const { metric, from, to, contenderId } = anchor;
      const place = from === null ? {} : { axis: 'EPOCH' as const, from, to: to ?? from };
      const input = { experimentId, body, metric, contenderId, ...place, idempotencyKey: randomKey() };
      const { data } = await client.mutation(AnnotateDocument, { input });
      return taken(data?.annotate, take);
    },
    [client, experimentId, take],
  );
  const edit = useCallback(
    async ({ id }: Note, body: string) => {
      const { data } = await client.mutation(EditNoteDocument, { id, body, key: randomKey() });
      return taken(data?.editAnnotation, take);
    },
    [client, take],
  );
  const reply = useCallback(
    async ({ id }: Note, body: string) => {
      const { data } = await client.mutation(ReplyToNoteDocument, { id, body, key: randomKey() });
      const answer = data?.comment;
      return answer?.__typename === 'Comment'
        ? taken(answer.annotation, take)
        : (answer?.message ?? NO_ANSWER);
    },
    [client, take],
  );
  const order = useCallback(
    async ({ id }: Note, what: NoteOrder) => {
      const { data } = await client.mutation<Record<string, Answer>, { id: string; key: string }>(
        ORDERS[what],
        {
          id,
          key: randomKey(),
        },
      );
      return taken(
        Object.values(data ?? {}).find((answer) => typeof answer === 'object'),
        take,
      );
    },
    [client, take],
  );
  return { notes, write, edit, reply, order };
}

type Answer = Note | { readonly message: string };

function taken(answer: Answer | undefined, take: (notes: readonly Note[]) => void): string | null {
  if (answer === undefined) return NO_ANSWER;
  if ('message' in answer) return answer.message;
  take([answer]);
  return null;
}
