import type { Line } from '../chart/line.ts';
import type { DrawnMetric } from '../comparison/metric.ts';
import type { NoteFieldsFragment } from '../graphql/generated/graphql.ts';

export type Note = NoteFieldsFragment;

/** Where a note is to be: in epochs, on a metric's chart, about one contender or all. */
export interface Anchor {
  readonly metric: DrawnMetric | null;
  readonly from: number | null;
  readonly to: number | null;
  /** The service's id of the contender; null for all. */
  readonly contenderId: string | null;
}

/** Both, each once, of two states of one the later heard; in the order in which they were written. */
export function mergeNotes(notes: readonly Note[], more: readonly Note[]): readonly Note[] {
  if (more.length === 0) return notes;
  const byId = new Map([...notes, ...more].map((note) => [note.id, note]));
  return [...byId.values()].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** A note on a chart, as a numbered pin at its head. */
export interface Pin {
  readonly note: Note;
  /** Its place among the notes, from 1. */
  readonly number: number;
  readonly fromX: number;
  readonly toX: number;
  /** Pins at one place stand below each other, from 0. */
  readonly level: number;
}

/**
 * The pins of a metric's chart. A note is anchored to epochs or steps, so its pin follows whatever the axis counts;
 * one about a contender stands where that contender's line is, and goes with it when it is switched off.
 */
export function pinsOf(notes: readonly Note[], metric: DrawnMetric, lines: readonly Line[]): Pin[] {
  const levels = new Map<number, number>();
  return notes.flatMap((note, index) => {
    if (note.metric !== metric || note.deletedAt !== null || note.axis !== 'EPOCH' || note.from === null) {
      return [];
    }
    const { contender, from, to } = note;
    const line = lines.find((one) => one.shown && (contender === null || one.contenderId === contender.id));
    if (!line) return [];
    const fromX = placeOf(line, from);
    if (fromX === null) return [];
    const level = levels.get(fromX) ?? 0;
    levels.set(fromX, level + 1);
    return [{ note, number: index + 1, fromX, toX: placeOf(line, to ?? from) ?? fromX, level }];
  });
}

/** The line's place at the epoch, or the nearest that it has. */
function placeOf(line: Line, epoch: number): number | null {
  let nearest: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  line.epochs.forEach((one, index) => {
    if (Math.abs(one - epoch) >= distance) return;
    distance = Math.abs(one - epoch);
    nearest = line.xs[index] ?? null;
  });
  return nearest;
}

/** What a note is about, in words: `Adam, epoch 7 of the validation accuracy`. */
export function aboutText(
  { metric, from, to, contender, seed }: Note,
  title: (metric: DrawnMetric) => string,
) {
  const who = contender === null ? null : `${contender.label}${seed === null ? '' : `, seed ${seed}`}`;
  const when =
    from === null ? null : from === to || to === null ? `epoch ${from}` : `epochs ${from} to ${to}`;
  const what = metric === null || metric === undefined ? null : isDrawn(metric) ? title(metric) : metric;
  return [what, when, who].filter((part) => part !== null).join(', ') || 'the whole comparison';
}

const DRAWN: Readonly<Record<DrawnMetric, true>> = {
  LOSS: true,
  ACCURACY: true,
  VAL_LOSS: true,
  VAL_ACCURACY: true,
  GRADIENT_NORM: true,
  UPDATE_RATIO: true,
  LEARNING_RATE: true,
  TRAIN_SECONDS: true,
};

function isDrawn(metric: string): metric is DrawnMetric {
  return Object.hasOwn(DRAWN, metric);
}
