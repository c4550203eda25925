'use client';

import { type PointerEvent, useRef } from 'react';
import { type Axis, place, valueAt } from './axis.ts';

/** What a press of an arrow key moves the target by. */
const STEP = 0.01;

/** A level that can be dragged, or moved with the arrow keys. */
export function TargetLine({
  axis,
  target,
  onChange,
}: {
  axis: Axis;
  target: number;
  onChange(target: number): void;
}) {
  const track = useRef<HTMLDivElement>(null);
  const to = (value: number) => onChange(Math.round(100 * Math.min(1, Math.max(0, value))) / 100);
  const drag = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    to(valueAt(axis, (box.bottom - event.clientY) / box.height));
  };
  const at = place(axis, target);
  return (
    <div ref={track} className="pointer-events-none absolute inset-0 z-10">
      <div
        role="slider"
        tabIndex={0}
        aria-label="Target of the validation accuracy"
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={target}
        data-target=""
        className="pointer-events-auto absolute inset-x-0 -my-1.5 flex h-3 cursor-ns-resize touch-none items-center"
        style={{ bottom: `${Math.min(1, Math.max(0, at)) * 100}%`, transform: 'translateY(0)' }}
        onPointerDown={(event) => {
          event.stopPropagation();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const by = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          to(target + by);
        }}
      >
        <span className="w-full border-t-2 border-dashed border-ink/60" />
        <span className="absolute right-0 rounded bg-ink px-1.5 text-xs leading-5 text-page">
          {target.toFixed(2)}
        </span>
      </div>
    </div>
  );
}
