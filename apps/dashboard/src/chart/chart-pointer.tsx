'use client';

import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { METRIC_TEXT } from '../comparison/metric.ts';
import { Swatch } from '../components/swatch.tsx';
import { place, valueAt } from './axis.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { XAxis } from './curve.ts';
import type { HoverStore } from './hover-store.ts';
import { cssColor } from './palette.ts';
import { meantRow, nearestPlace, type Reading, readablePlaces, readingAt } from './reading.ts';

/** A drag shorter than this, in CSS pixels, was a click. */
const DRAG_PX = 6;
/** More values than this would hide the charts below; the best come first. */
const LISTED = 12;

/** Epochs that a note is to be about, and the contender whose line was meant; null for all of them. */
export interface NotedPlace {
  readonly from: number;
  readonly to: number;
  readonly contenderId: string | null;
}

/**
 * What happens on a chart under the pointer, the finger and the keyboard: one place is read in all charts at
 * once, with the numbers, best first, in the one that is pointed at; a drag with the mouse zooms in, a double
 * click out.
 */
export function ChartPointer({
  spec,
  unit,
  hover,
  area,
  onZoom,
  onNote,
}: {
  spec: ChartSpec;
  unit: XAxis;
  hover: HoverStore;
  area: RefObject<HTMLDivElement | null>;
  onZoom(range: { from: number; to: number } | null): void;
  /** Asks for a note on a place. */
  onNote(place: NotedPlace): void;
}) {
  const pointed = useSyncExternalStore(hover.subscribe, hover.get, () => null);
  const places = useMemo(() => readablePlaces(spec), [spec]);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const pressed = useRef<number | null>(null);
  // Where it was clicked, for a note to be written there.
  const [picked, setPicked] = useState<number | null>(null);

  // A place that another chart, an older view or a switched-off line had may not be one of this chart.
  const x = pointed && places.length > 0 ? nearestPlace(places, pointed.x) : null;
  const reading = useMemo(() => (x === null ? null : readingAt(spec, x, unit)), [spec, x, unit]);

  const share = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0, px: 0 };
    const clamp = (value: number) => Math.min(1, Math.max(0, value));
    const px = event.clientX - box.left;
    return { x: clamp(px / box.width), y: 1 - clamp((event.clientY - box.top) / box.height), px };
  };
  const point = (event: PointerEvent) => {
    const at = share(event);
    const nearest = nearestPlace(places, valueAt(spec.x, at.x));
    if (nearest !== null) hover.set({ x: nearest, chart: spec.metric, y: at.y });
    if (pressed.current !== null) {
      const box = area.current?.getBoundingClientRect();
      const moved = Math.abs(at.px - pressed.current) > DRAG_PX;
      if (box && moved) setDrag({ from: pressed.current / box.width, to: at.x });
    }
  };
  const noteAt = (place: number) => {
    const read = readingAt(spec, place, unit);
    const row = meantRow(read, pointed?.y ?? null);
    const epoch = (row ?? read.rows[0])?.epoch;
    setPicked(null);
    if (epoch !== undefined) onNote({ from: epoch, to: epoch, contenderId: row?.line.contenderId ?? null });
  };
  const release = (event: PointerEvent) => {
    const clicked = pressed.current !== null && !drag;
    pressed.current = null;
    setDrag(null);
    if (!drag) {
      if (clicked) setPicked(x);
      return;
    }
    const [low, high] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    let from = valueAt(spec.x, Math.max(0, low));
    let to = valueAt(spec.x, Math.min(1, high));
    if (unit === 'epoch') {
      from = Math.floor(from);
      to = Math.max(Math.ceil(to), from + 1);
    }
    if (to <= from) return;
    if (event.shiftKey) noteOn(from, to);
    else onZoom({ from, to });
  };
  /** Of what lies between, in epochs. */
  const noteOn = (from: number, to: number) => {
    const epochs = spec.lines.flatMap((line) =>
      line.shown ? line.epochs.filter((_, index) => between(line.xs[index], from, to)) : [],
    );
    if (epochs.length === 0) return;
    onNote({ from: Math.min(...epochs), to: Math.max(...epochs), contenderId: null });
  };
  const step = (event: KeyboardEvent) => {
    if (places.length === 0) return;
    const index = x === null ? places.length : places.indexOf(x);
    const to: Record<string, number> = {
      ArrowLeft: index - 1,
      ArrowRight: x === null ? 0 : index + 1,
      Home: 0,
      End: places.length - 1,
    };
    if (event.key === 'Escape') {
      hover.set(null);
      setPicked(null);
      return;
    }
    if (event.key === 'n' && x !== null && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      noteAt(x);
      return;
    }
    const target = to[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = places[Math.min(places.length - 1, Math.max(0, target))];
    if (next !== undefined) hover.set({ x: next, chart: spec.metric, y: null });
  };

  const name = METRIC_TEXT[spec.metric].title;
  const own = pointed?.chart === spec.metric;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form's part.
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart.
      tabIndex={0}
      aria-label={`${name} by ${spec.xLabel}. The left and right arrow keys read its values, N notes something there.`}
      className="absolute -inset-2 cursor-crosshair touch-pan-y rounded select-none"
      onPointerMove={point}
      onPointerDown={(event) => {
        point(event);
        if (event.pointerType !== 'mouse') setPicked(nearestPlace(places, valueAt(spec.x, share(event).x)));
        if (event.pointerType !== 'mouse' || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pressed.current = share(event).px;
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onPointerLeave={(event) => {
        if (event.pointerType !== 'mouse') return;
        hover.set(null);
        setPicked(null);
      }}
      onDoubleClick={() => onZoom(null)}
      onKeyDown={step}
      onBlur={() => hover.set(null)}
    >
      <div className="pointer-events-none absolute inset-2">
        {drag ? (
          <div
            className="absolute inset-y-0 border-x border-focus bg-focus/15"
            style={{
              left: `${Math.min(drag.from, drag.to) * 100}%`,
              width: `${Math.abs(drag.to - drag.from) * 100}%`,
            }}
          />
        ) : null}
        {reading && x !== null ? (
          <>
            <div
              className="absolute inset-y-0 border-l border-line-strong"
              style={{ left: `${place(spec.x, x) * 100}%` }}
            />
            {reading.rows.map((row) =>
              row.point ? (
                <span
                  key={row.line.key}
                  className="absolute -m-1 size-2 rounded-full ring-2 ring-surface"
                  style={{
                    left: `${row.point.x * 100}%`,
                    bottom: `${row.point.y * 100}%`,
                    background: cssColor(row.line.look.color),
                  }}
                />
              ) : null,
            )}
            {own ? (
              <Readout reading={reading} place={place(spec.x, x)} height={pointed.y} unit={unit} />
            ) : null}
          </>
        ) : null}
      </div>
      {picked === null ? null : (
        <button
          type="button"
          data-add-note=""
          className="absolute z-20 -translate-x-1/2 rounded-full border border-line-strong bg-raised px-2.5 py-1 text-xs whitespace-nowrap shadow-md"
          style={{ left: `clamp(3rem, ${place(spec.x, picked) * 100}%, calc(100% - 3rem))`, bottom: 10 }}
          onPointerDown={(event) => event.stopPropagation()}
          onPointerUp={(event) => event.stopPropagation()}
          onClick={() => noteAt(picked)}
        >
          Note here
        </button>
      )}
      <span className="sr-only" aria-live="polite">
        {own && pointed.y === null && reading ? spoken(reading) : ''}
      </span>
    </div>
  );
}

function between(x: number | undefined, from: number, to: number): boolean {
  return x !== undefined && x >= from && x <= to;
}

function spoken({ title, rows, diverged }: Reading): string {
  const values = rows.map((row) => [row.line.label, row.text, row.band].filter(Boolean).join(' ')).join(', ');
  return [title, values, ...diverged.map((mark) => mark.title)].filter(Boolean).join('. ');
}

function Readout({
  reading,
  place,
  height,
  unit,
}: {
  reading: Reading;
  place: number;
  height: number | null;
  unit: XAxis;
}) {
  // The line nearest to the pointer is the one that is meant.
  const meant = meantRow(reading, height)?.line.key ?? null;
  const hasBands = reading.rows.some((row) => row.band !== null);
  const listed = reading.rows.filter((row, rank) => rank < LISTED || row.line.key === meant);
  return (
    <div
      data-readout=""
      className="absolute top-0 z-20 w-max max-w-80 rounded-lg border border-line bg-raised px-3 py-2 text-sm shadow-lg"
      style={
        place < 0.5
          ? { left: `calc(${place * 100}% + 14px)` }
          : { right: `calc(${(1 - place) * 100}% + 14px)` }
      }
    >
      <p className="mb-1 text-xs font-medium text-muted">{reading.title}</p>
      <table>
        <tbody>
          {listed.map((row) => (
            <tr
              key={row.line.key}
              className={row.line.key === meant ? 'font-semibold' : meant ? 'text-muted' : ''}
            >
              <td className="pr-2">
                <Swatch look={row.line.look} line={false} />
              </td>
              <td className="max-w-32 truncate pr-4">{row.line.label}</td>
              <td className="text-right">{row.text}</td>
              {hasBands ? <td className="pl-3 text-xs text-muted">{row.band}</td> : null}
              {unit !== 'epoch' ? (
                <td className="pl-3 text-right text-xs text-muted">epoch {row.epoch}</td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {reading.rows.length > listed.length ? (
        <p className="mt-1 text-xs text-muted">and {reading.rows.length - listed.length} more</p>
      ) : null}
      {reading.diverged.map((mark) => (
        <p key={mark.runId} className="mt-1.5 flex gap-2 border-t border-line pt-1.5 text-xs">
          <Swatch look={mark.look} line={false} />
          {mark.title}
        </p>
      ))}
    </div>
  );
}
